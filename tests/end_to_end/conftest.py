from collections.abc import Iterator
from uuid import uuid4

import pytest

from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Publisher
from tests.end_to_end.stranger import Stranger
from tests.reader.client import Reader
from tests.stack import Stack


@pytest.fixture
def token(stack: Stack) -> str:
    """Of somebody whom no other test knows: nobody else's answers come into their stream."""
    return stack.token(f"newcomer-{uuid4().hex[:8]}")


@pytest.fixture
def newcomer(stack: Stack, token: str) -> Iterator[Reader]:
    with Reader(stack.base_url, token) as reader:
        yield reader


@pytest.fixture
def alice(stack: Stack) -> Iterator[Reader]:
    """The same user in all tests: an answer of an earlier test may still be running."""
    with Reader(stack.base_url, stack.token("alice")) as reader:
        yield reader


@pytest.fixture
def stranger(stack: Stack) -> Iterator[Stranger]:
    options = BrokerOptions({"bootstrap.servers": stack.broker.bootstrap_servers})
    publisher = Publisher(options, patience_ms=10_000)
    publisher.start()
    yield Stranger(publisher, stack.environ["TOPIC_PREFIX"])
    publisher.stop()
