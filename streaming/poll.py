"""Long polls: a stream's events for networks that break streams."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from streaming import counted
from streaming.ahead import Ahead
from streaming.delivery import Delivery
from streaming.feed import Feed
from streaming.limits import refuse_if_too_many
from streaming.page import Page
from streaming.position import Position
from streaming.problem import RefusedError, problem
from streaming.step import Step
from streaming.tail import Tail, locate
from streaming.views import FeedOf, StreamView, last_event_id, open_log, turned_away

WAIT = 25
LONGEST_WAIT = 30
SECONDS = re.compile(r"[0-9]{1,2}", re.ASCII)


def poll_view(feed_of: FeedOf) -> StreamView:
    """What `events_view` would say, in answers: the same events, ids, order and resume."""
    ahead = Ahead()

    async def poll(request: HttpRequest) -> HttpResponseBase:
        try:
            delivery, ends = open_log(request)
            feed = await feed_of(request)
            refuse_if_too_many(delivery.hub, feed)
            wait = seconds(request.GET.get("wait", str(WAIT)))
        except RefusedError as refusal:
            return turned_away(refusal)
        counted.polled.add()
        after = last_event_id(request)
        position, reset = locate(ends, feed, after)
        page = Page(position)
        if reset is not None:
            page.reset(position, reset)
        elif after is not None:
            page = await Poll(delivery, feed, ahead).page(position, wait)
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(page.body, content_type="application/json", headers=headers)

    return poll


def seconds(text: str) -> int:
    """Raises RefusedError for what is no whole number from 0 to 30."""
    if SECONDS.fullmatch(text) and int(text) <= LONGEST_WAIT:
        return int(text)
    message = f"Input should be a whole number of seconds from 0 to {LONGEST_WAIT}"
    errors = [{"field": "wait", "message": message}]
    raise RefusedError(problem(422, "invalid", f"wait: {message}.", errors=errors))


class Poll:
    """One request for the first events after a place.

    `wait` bounds the waiting for what is not there yet. Reading what is too old for memory goes on to the
    end of the scan it is part of, or a poll that waits for nothing would never get on.
    """

    def __init__(self, delivery: Delivery, feed: Feed, ahead: Ahead) -> None:
        self._delivery = delivery
        self._feed = feed
        self._ahead = ahead

    async def page(self, place: Position, wait: int) -> Page:
        """Returns as soon as there are events, with all that are there; with none when the time is over."""
        begun = asyncio.get_running_loop().time()
        page = await self._read(place, deadline=begun + wait)
        if not page.events and not self._is_old(page.cursor):
            page = await self._read(page.cursor, deadline=begun)  # how far is proven empty by now
        if not page.events and await self._ahead.is_lost(page.cursor, self._delivery):
            page.reset(self._live_end, "position_lost")
        return page

    async def _read(self, place: Position, *, deadline: float) -> Page:
        page = Page(place)
        tail = Tail(self._delivery.hub, self._delivery.archive, self._feed, place)
        async with aclosing(tail.steps()) as steps:
            while (step := await self._next(steps, page.cursor, deadline)) is not None:
                page.take(step)
                if page.events or asyncio.get_running_loop().time() >= deadline:
                    break
        return page

    async def _next(self, steps: AsyncGenerator[Step, None], place: Position, deadline: float) -> Step | None:
        """None when the time is over, or when the server or the credential ends."""
        try:
            async with asyncio.timeout_at(None if self._is_old(place) else deadline):
                return await anext(steps, None)
        except TimeoutError:
            return None

    def _is_old(self, place: Position) -> bool:
        """Whether what follows it has to be read from the log, as memory has dropped it."""
        log = self._delivery.hub.log
        return (
            log is not None and log.epoch == place.epoch and place.offset < log.recent[place.partition].floor
        )

    @property
    def _live_end(self) -> Position:
        log = self._delivery.hub.log
        assert log is not None, "a poll is opened only once there is a log"
        return log.end(self._feed.channel)
