from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from streaming.delivery import Delivery
from streaming.event import Event
from streaming.feed import Feed
from streaming.hub import Ends
from streaming.position import Position
from streaming.sse import event, frames, opening, reset_event
from streaming.step import Step
from streaming.tail import Tail, UnusablePositionError, place_in

FINISHED = "reply.finished"


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply as its own stream needs to know it, at the moment the stream was opened.

    `start` is the position at which its present attempt begins, `retold` the reply as it stands, as events:
    they take the place of what the log no longer (or does not yet) hold.
    """

    feed: Feed
    start: str | None
    attempt: int
    is_finished: bool
    retold: Sequence[Event]

    def ends_at(self, identity: str) -> bool:
        return self.is_finished and identity == f"end-{self.attempt}"


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where an answer's stream goes on from; `place` is None when the log has neither place nor beginning."""

    place: Position | None
    is_resumed: bool
    reset: str | None


def locate(live: Position, answer: Answer, after: str | None) -> Beginning:
    reset = None
    if after:
        try:
            return Beginning(place_in(live, after), is_resumed=True, reset=None)
        except UnusablePositionError as error:
            reset = str(error)
    try:
        place = place_in(live, answer.start or "")
    except UnusablePositionError:
        place = None
    return Beginning(place, is_resumed=False, reset=reset)


class AnswerStream:
    """One answer from its beginning, or from where the client was, closed by an `end` event.

    The stream of a finished answer always ends: when the log up to now has no `reply.finished` (dropped, or
    said before the client's place), the one of the row is sent, without an id.
    """

    def __init__(self, delivery: Delivery, ends: Ends, answer: Answer, after: str | None) -> None:
        log = delivery.hub.log
        self._answer = answer
        self._live = ends.of(answer.feed.channel)
        self._now = log.end(answer.feed.channel) if log is not None else self._live
        self._beginning = locate(self._live, answer, after)
        self._delivery = delivery
        self._has_spoken = self._beginning.is_resumed

    async def chunks(self, retry_ms: int) -> AsyncGenerator[bytes, None]:
        place = self._beginning.place
        yield opening(place or self._live, retry_ms=retry_ms, reset=self._beginning.reset)
        if place is None:
            yield self._retold()
        elif self._is_told_by(place):
            yield self._ending()
        if self._is_told_by(place or self._now):
            return
        tail = Tail(self._delivery.hub, self._delivery.archive, self._answer.feed, place or self._live)
        async with aclosing(tail.steps()) as steps:
            async for step in steps:
                chunk, is_over = self._chunk(step)
                yield chunk
                if is_over:
                    return

    def _is_told_by(self, place: Position) -> bool:
        """Nothing of a finished answer can come behind what is the live end after its row was read."""
        return self._answer.is_finished and place.offset >= self._now.offset

    def _chunk(self, step: Step) -> tuple[bytes, bool]:
        if step.reset is not None:
            return self._told_again(step), self._answer.is_finished
        for number, record in enumerate(step.records, start=1):
            if record.type == FINISHED:
                said = frames(replace(step, records=step.records[:number]))
                return said + _end(record.label("attempt") or "0"), True
        self._has_spoken = self._has_spoken or bool(step.records)
        if self._is_told_by(step.position):
            return frames(step) + self._ending(), True
        return frames(step), False

    def _ending(self) -> bytes:
        """What is missing of a finished answer: all of it, or its end."""
        if not self._has_spoken:
            return self._retold()
        finished = self._answer.retold[-1]
        return event(finished.type, finished.value) + _end(self._answer.attempt)

    def _told_again(self, step: Step) -> bytes:
        """The log lost this answer. A client that came with a place of its own has to hear that it did."""
        was_told = step.reset == "position_lost" and not self._beginning.is_resumed
        return (b"" if was_told else reset_event(step.position, step.reset or "")) + self._retold()

    def _retold(self) -> bytes:
        told = b"".join(event(one.type, one.value) for one in self._answer.retold)
        return told + _end(self._answer.attempt) if self._answer.is_finished else told


def _end(attempt: int | str) -> bytes:
    return event("end", b"[DONE]", identity=f"end-{attempt}")
