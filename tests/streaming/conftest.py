import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Publisher
from streaming.broker.topics import HOUR_MS, Topic, Topics
from streaming.delivery import Delivery
from tests.streaming.ear import delivering
from tests.streaming.line import Line, opened, options_for
from tests.streaming.written import Broker, Written


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def options(broker: Broker) -> BrokerOptions:
    return options_for(broker)


@pytest.fixture
def topics(broker: Broker, options: BrokerOptions) -> Topics:
    return Topics(options, fixed_id=broker.epoch)


@pytest.fixture
def topic(topics: Topics) -> str:
    name = f"test-{uuid.uuid4()}"
    topics.prepare([Topic(name, kept_ms=HOUR_MS)], partitions=4)
    return name


@pytest.fixture
def written(options: BrokerOptions, topics: Topics, topic: str) -> Iterator[Written]:
    publisher = Publisher(options, patience_ms=10_000)
    publisher.start()
    yield Written(publisher, topics, topic)
    publisher.stop()


@pytest.fixture
async def delivery(broker: Broker, options: BrokerOptions, topic: str) -> AsyncIterator[Delivery]:
    async with delivering(options, topic, broker.epoch) as delivery:
        yield delivery


@pytest.fixture(scope="module")
async def shared(broker: Broker) -> AsyncIterator[tuple[Delivery, Written]]:
    """A delivery and its topic, for tests that keep to a channel of their own."""
    async with opened(broker) as both:
        yield both


@pytest.fixture
def line(shared: tuple[Delivery, Written]) -> Line:
    return Line(*shared, str(uuid.uuid4()))
