"""Whatever is written, and wherever connections are cut: each event once, and in order."""

import json
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streaming import hub, scan, subscription
from streaming.ahead import Ahead
from streaming.delivery import Delivery
from streaming.poll import Poll
from streaming.position import Position
from streaming.views import event_stream
from tests.reader.sse import Parser
from tests.streaming.line import Line, opened
from tests.streaming.polling import numbers
from tests.streaming.written import Broker, Written

pytestmark = pytest.mark.anyio
CHANNELS = 3
WHICH = st.integers(0, CHANNELS - 1)
WRITE = st.tuples(st.just("write"), WHICH, st.integers(1, 30))
READ = st.tuples(st.just("read"), WHICH, st.integers(1, 4))
CUT = st.tuples(st.just("cut"), WHICH, st.integers(0, 4000))
POLL = st.tuples(st.just("poll"), WHICH, st.just(0))
PLANS = st.lists(WRITE | READ | CUT | POLL, max_size=25)


class Client:
    """Reads a stream chunk by chunk, and goes on after the last id by another stream or by a poll."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.written = 0
        self.heard: list[int] = []
        self._last = str(line.end)
        self._connect()

    async def write(self, count: int) -> None:
        values = numbers(*range(self.written, self.written + count))
        self.line.written.write(*values, channel=self.line.channel)
        self.written += count

    async def read(self, chunks: int) -> None:
        """So many, unless it has all that was written."""
        while chunks and len(self.heard) < self.written:
            self._take(await anext(self._response.chunks))
            chunks -= 1

    async def cut(self, size: int) -> None:
        """So many bytes of the next chunk still come through, if there is one to come."""
        if len(self.heard) < self.written:
            self._take((await anext(self._response.chunks))[:size])
        await self._response.aclose()
        self._connect()

    async def poll(self, wait: int) -> None:
        page = await Poll(self.line.delivery, self.line.feed, Ahead()).page(Position.parse(self._last), wait)
        self.heard += [json.loads(event)["data"]["n"] for event in page.events]
        self._last = str(page.cursor)
        await self._response.aclose()
        self._connect()

    async def finish(self) -> None:
        await self.read(chunks=-1)
        await self._response.aclose()

    def _connect(self) -> None:
        self._parser = Parser()
        delivery = self.line.delivery
        assert delivery.hub.log is not None
        ends = delivery.hub.log.ends()
        self._response = event_stream(delivery, ends, self.line.feed, after=self._last)

    def _take(self, piece: bytes) -> None:
        self.heard += [json.loads(event.data)["n"] for event in self._parser.feed(piece)]
        self._last = self._parser.last_event_id or self._last


@pytest.fixture(scope="module")
def tight() -> Iterator[None]:
    """Memory, queues and scans so small that a few records fill them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "RECORDS", 4 * 12)
        patch.setattr(subscription, "RECORDS", 5)
        patch.setattr(scan, "RECORDS", 10)
        yield


@pytest.fixture(scope="module")
async def shared(broker: Broker, tight: None) -> AsyncIterator[tuple[Delivery, Written]]:
    async with opened(broker) as both:
        yield both


async def carried_out(plan: list[tuple[str, int, int]], clients: list[Client]) -> None:
    for action, which, count in plan:
        await getattr(clients[which], action)(count)
    for client in clients:
        await client.finish()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=PLANS)
async def test_every_client_hears_all_of_its_channel_once_and_in_order(
    shared: tuple[Delivery, Written], plan: list[tuple[str, int, int]]
) -> None:
    clients = [Client(Line(*shared, str(uuid4()))) for _ in range(CHANNELS)]

    await carried_out(plan, clients)

    assert [client.heard for client in clients] == [[*range(client.written)] for client in clients]
