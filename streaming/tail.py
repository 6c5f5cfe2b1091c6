import asyncio
import random
from collections.abc import AsyncGenerator, Sequence

from streaming import counted
from streaming.archive import Archive
from streaming.broker.errors import BrokerUnavailableError, PositionLostError
from streaming.feed import Feed
from streaming.hub import Ends, Hub, Log
from streaming.outlet import Outlet
from streaming.position import InvalidPositionError, Position
from streaming.recent import Recent
from streaming.record import Record
from streaming.scan import Found, Wanted
from streaming.sse import joined
from streaming.step import Step
from streaming.subscription import State

HEARTBEAT = 15.0
AHEAD = 5.0
PAGE = 512


class UnusablePositionError(Exception):
    """A client's place is none in this log; the message is the `reset`'s reason."""


def locate(ends: Ends, feed: Feed, after: str | None) -> tuple[Position, str | None]:
    """Where a stream goes on: at `after` when that is a place in this channel's log, else at its live end.

    The second value tells why not (a `reset`'s reason). Whether retention has passed the place, or the log
    has not got there yet, shows only when it is read.
    """
    live = ends.of(feed.channel)
    try:
        return (place_in(live, after) if after else live), None
    except UnusablePositionError as error:
        return live, str(error)


def place_in(live: Position, text: str) -> Position:
    """That text as a place in the same partition of the same log as `live`, or UnusablePositionError."""
    try:
        place = Position.parse(text)
    except InvalidPositionError as error:
        raise UnusablePositionError("invalid_position") from error
    if place.epoch != live.epoch:
        raise UnusablePositionError("another_log")
    if place.partition != live.partition:
        raise UnusablePositionError("another_channel")
    return place


class Tail:
    """One channel of the log from a position on, for ever: what is past, then what comes, without a gap.

    It reads old records out of the archive, newer ones out of memory, and joins the live ones in the same
    tick of the loop in which memory had nothing more. When its queue overflows it starts over from what was
    last taken; so a reader that is too slow only replays.
    """

    def __init__(self, hub: Hub, archive: Archive, feed: Feed, position: Position) -> None:
        self._hub = hub
        self._archive = archive
        self._feed = feed
        # Where it is: the place's partition, and how far in it; a new place for each event costs too much.
        self._place = position
        self._offset = position.offset
        self._subscription = hub.subscribe(feed)
        self._outlet: Outlet | None = None
        self._is_waiting = False

    def write_through(self, outlet: Outlet) -> None:
        """What comes live goes straight to `outlet`, as frames, instead of being a step, whenever the task
        behind `steps` has nothing in hand: no task is woken for it.
        """
        self._outlet = outlet
        self._subscription.short_cut = self._write_at_once

    def close(self) -> None:
        """For one whose steps nobody has begun to take; may be called at any time."""
        self._hub.unsubscribe(self._subscription)

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Ends when the server or the credential ends; at least one step every 15 seconds."""
        try:
            while self._subscription.state is not State.ENDED:
                step = await self._step()
                if step is not None:
                    self._place, self._offset = step.position, step.position.offset
                    yield step
        finally:
            self.close()

    async def _step(self) -> Step | None:
        if self._subscription.state is State.RESET or self._position.epoch != self._log.epoch:
            return self._reset("another_log")
        try:
            return await (self._follow() if self._subscription.state is State.LIVE else self._replay())
        except PositionLostError:
            return self._reset("position_lost")

    async def _replay(self) -> Step | None:
        is_in_memory = self._position.offset >= self._recent.floor
        return self._remember() if is_in_memory else await self._search()

    @property
    def _position(self) -> Position:
        return self._place.moved_to(self._offset)

    @property
    def _log(self) -> Log:
        log = self._hub.log
        assert log is not None, "a stream is opened only once there is a log"
        return log

    @property
    def _recent(self) -> Recent:
        return self._log.recent[self._position.partition]

    def _reset(self, reason: str) -> Step:
        self._subscription.go_back()
        return Step(self._log.end(self._feed.channel), reset=reason)

    async def _follow(self) -> Step:
        ahead = self._is_ahead()
        records = await self._next(within=AHEAD if ahead else HEARTBEAT)
        if records:
            return self._covered(records, self._after(records))
        if self._subscription.state is not State.LIVE:
            return Step(self._position)
        if ahead and self._is_ahead():
            await self._look_for_end()
            return Step(self._position)
        return self._covered([], self._recent.end)

    async def _next(self, *, within: float) -> list[Record]:
        self._is_waiting = True
        try:
            return await self._subscription.next(within=within)
        finally:
            self._is_waiting = False

    def _write_at_once(self, records: Sequence[Record]) -> bool:
        """Called when nothing is queued. Nothing can be before them: the task waits, and has nothing."""
        if self._outlet is None or not self._is_waiting or not self._outlet.is_ready:
            return False
        self._outlet.write(joined(records, self._place))
        # Only now: were it to fail, the stream's last words would name a place that its client never saw.
        self._offset = max(self._offset, self._after(records))
        return True

    def _remember(self) -> Step | None:
        """Out of memory, a page at a time; the last page and going live are one tick."""
        recent = self._recent
        records = recent.after(self._feed.key, self._position.offset, limit=PAGE)
        if records:
            counted.replayed.add("memory")
        if len(records) == PAGE:
            return self._covered(self._wanted(records), records[-1].offset + 1)
        step = self._covered(self._wanted(records), recent.end)
        self._subscription.go_live(step.position)
        return step if step != Step(self._position) else None

    async def _search(self) -> Step:
        """Out of the log, as far as one shared scan gets."""
        place = self._position
        wanted = Wanted(place.partition, place.offset, self._feed.key, self._recent.floor)
        change = asyncio.ensure_future(self._subscription.change(within=HEARTBEAT))
        search = asyncio.ensure_future(self._archive.find(wanted))
        try:
            await asyncio.wait([search, change], return_when=asyncio.FIRST_COMPLETED)
            return self._found(search.result()) if search.done() else Step(place)
        except BrokerUnavailableError:
            await asyncio.wait([change], timeout=random.uniform(0.5, 1.5))
            return Step(place)
        finally:
            search.cancel()
            change.cancel()

    def _found(self, found: Found) -> Step:
        counted.replayed.add("scan")
        return self._covered(self._wanted(found.records), found.reached)

    def _wanted(self, records: list[Record]) -> list[Record]:
        """Those for this feed; the end of its credentials, met on the way, ends it too."""
        if any(map(self._feed.is_ended_by, records)):
            self._subscription.end()
        return [record for record in records if self._feed.wants(record)]

    def _after(self, records: Sequence[Record]) -> int:
        """Behind the last of them; one that a producer put into another partition moves no place."""
        for record in reversed(records):
            if record.partition == self._place.partition:
                return record.offset + 1
        return 0

    def _covered(self, records: list[Record], offset: int) -> Step:
        return Step(self._position.moved_to(offset), tuple(records))

    def _is_ahead(self) -> bool:
        """Another process read further than this one, and handed out a position: normal, for a moment."""
        return self._position.offset > self._recent.end

    async def _look_for_end(self) -> None:
        place = self._position
        try:
            _, end = await asyncio.shield(asyncio.wrap_future(self._archive.bounds(place.partition)))
        except BrokerUnavailableError:
            return
        if place.offset > end:
            raise PositionLostError(place.partition)
