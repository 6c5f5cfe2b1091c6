import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.test import AsyncRequestFactory

from streaming import delivery as deliveries
from streaming.delivery import Delivery
from streaming.feed import Feed
from streaming.poll import poll_view
from tests.streaming.ear import ALICE
from tests.streaming.line import Line
from tests.waiting import wait_until_async


@dataclass(frozen=True)
class Polled:
    """An answer to a poll: `body` is its JSON."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["events"]
        return found

    @property
    def cursor(self) -> str:
        return str(self.body["cursor"])

    @property
    def said(self) -> list[object]:
        """The `n` of each event's data."""
        return [event["data"].get("n") for event in self.events]


class Poller:
    """Asks the view, as `feed`'s owner; `cursor` is what it would ask with next."""

    def __init__(self, feed: Feed = ALICE) -> None:
        async def feed_of(request: HttpRequest) -> Feed:
            return feed

        self._view: Callable[..., Any] = poll_view(feed_of)

    async def poll(self, after: object = None, *, wait: object = None, header: object = None) -> Polled:
        asked = {"after": after, "wait": wait}
        query = {name: str(value) for name, value in asked.items() if value is not None}
        headers = {"Last-Event-ID": str(header)} if header is not None else {}
        request = AsyncRequestFactory().get("/api/events/poll", query, headers=headers)
        response = await self._view(request)
        return Polled(response.status_code, dict(response.headers), json.loads(response.content))

    async def all_after(self, cursor: object, *, until: int) -> list[dict[str, Any]]:
        """Poll after poll, the events of all answers, up to `until` of them."""
        events: list[dict[str, Any]] = []
        while len(events) < until:
            polled = await self.poll(cursor, wait=5)
            assert polled.events, f"{len(events)} of {until}"
            events, cursor = events + polled.events, polled.cursor
        return events


@contextmanager
def installed(delivery: Delivery | None) -> Iterator[None]:
    """The one of this process, as long as the block lasts."""
    before = deliveries.current()
    deliveries.install(delivery)
    try:
        yield
    finally:
        deliveries.install(before)


async def begun(line: Line, poller: Poller, *, wait: int) -> asyncio.Task[Polled]:
    """A poll from the live end that has begun to wait."""
    before = line.listeners

    async def is_waiting() -> bool:
        return line.listeners > before

    polling = asyncio.create_task(poller.poll(line.end, wait=wait))
    await wait_until_async(is_waiting, what="the poll waits")
    return polling


def numbers(*of: int) -> list[str]:
    """Data that polls can say."""
    return [json.dumps({"n": n}) for n in of]
