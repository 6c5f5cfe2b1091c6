import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streaming.broker.options import BrokerOptions
from streaming.delivery import Delivery
from streaming.feed import Feed
from streaming.position import Position
from streaming.views import event_stream
from tests.reader.sse import Event, Parser
from tests.waiting import wait_until_async

ALICE = Feed("7")


@asynccontextmanager
async def delivering(
    options: BrokerOptions, topic: str, epoch: str = "", *, preloaded: int = 0
) -> AsyncIterator[Delivery]:
    """A delivery that has found the live end of the log, and knows nothing of what was before."""
    delivery = Delivery(options, topic, fixed_epoch=epoch, preloaded=preloaded)
    await delivery.start()
    try:
        await wait_until_async(lambda: connected(delivery), what="the live end of the log")
        yield delivery
    finally:
        await delivery.stop()


async def connected(delivery: Delivery) -> bool:
    return delivery.is_connected


async def reached(delivery: Delivery, position: Position) -> None:
    """This process has read up to there."""

    async def has_reached() -> bool:
        log = delivery.hub.log
        return log is not None and log.recent[position.partition].end >= position.offset

    await wait_until_async(has_reached, what=f"position {position}")


class Ear:
    """One connection's end of a stream: what it heard, and where it would resume."""

    def __init__(self, delivery: Delivery, after: object = None, feed: Feed = ALICE) -> None:
        assert delivery.hub.log is not None
        ends = delivery.hub.log.ends()
        self.heard: list[Event] = []
        self._parser = Parser()
        self._response = event_stream(delivery, ends, feed, after=str(after) if after else None)
        self._chunks = self._response.chunks

    @property
    def cursor(self) -> str:
        return self._parser.last_event_id

    async def opened(self) -> "Ear":
        await self._chunk()
        return self

    async def hear(self, count: int, *, within: float = 20) -> list[str]:
        """The data of all events so far, once there are `count` of them."""
        async with asyncio.timeout(within):
            while len(self.heard) < count:
                await self._chunk()
        return [event.data for event in self.heard]

    async def silence(self, seconds: float) -> bool:
        """Whether nothing but heartbeats comes for that long. It hears no more afterwards."""
        before = len(self.heard)
        try:
            async with asyncio.timeout(seconds):
                while len(self.heard) == before:
                    await self._chunk()
        except TimeoutError:
            return True
        return False

    async def ended(self) -> bool:
        """True once the stream has ended; TimeoutError when it goes on."""
        async with asyncio.timeout(10):
            async for chunk in self._chunks:
                self.heard += self._parser.feed(chunk)
        return True

    async def _chunk(self) -> None:
        self.heard += self._parser.feed(await anext(self._chunks))

    async def close(self) -> None:
        await self._response.aclose()
