from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Publisher
from streaming.broker.topics import HOUR_MS, Topic, Topics
from streaming.delivery import Delivery
from streaming.feed import Feed
from streaming.position import Position
from tests.streaming.ear import Ear, delivering, reached
from tests.streaming.written import Broker, Written


@dataclass(frozen=True)
class Line:
    """A channel that no other test knows, in a topic that it may share with them."""

    delivery: Delivery
    written: Written
    channel: str

    @property
    def feed(self) -> Feed:
        return Feed(self.channel)

    @property
    def end(self) -> Position:
        assert self.delivery.hub.log is not None
        return self.delivery.hub.log.end(self.channel)

    async def say(self, *values: str, labels: dict[str, str] | None = None) -> list[Position]:
        """Returns when this process has read them."""
        positions = self.written.write(*values, channel=self.channel, labels=labels)
        await reached(self.delivery, positions[-1])
        return positions

    def ear(self, after: object = None) -> Ear:
        return Ear(self.delivery, after, self.feed)

    @property
    def listeners(self) -> int:
        """How many connections there are to it here."""
        return len(self.delivery.hub._subscriptions.get(self.feed.key, ()))


@asynccontextmanager
async def opened(broker: Broker, **common: str) -> AsyncIterator[tuple[Delivery, Written]]:
    """A new topic, somebody to write to it, and a delivery that follows it."""
    options = BrokerOptions({**options_for(broker).common, **common})
    topics = Topics(options, fixed_id=broker.epoch)
    name = f"test-{uuid4()}"
    topics.prepare([Topic(name, kept_ms=HOUR_MS)], partitions=4)
    publisher = Publisher(options, patience_ms=10_000)
    publisher.start()
    try:
        async with delivering(options, name, broker.epoch) as delivery:
            yield delivery, Written(publisher, topics, name)
    finally:
        publisher.stop()


def options_for(broker: Broker) -> BrokerOptions:
    return BrokerOptions({"bootstrap.servers": broker.bootstrap_servers, "fetch.wait.max.ms": "10"})


def moved(place: Position, by: int) -> Position:
    return Position(place.epoch, place.partition, place.offset + by)
