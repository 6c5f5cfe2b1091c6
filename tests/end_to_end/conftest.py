from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.end_to_end.stranger import Stranger, a_stranger
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
def bob(stack: Stack) -> Iterator[Reader]:
    with Reader(stack.base_url, stack.token("bob")) as reader:
        yield reader


@pytest.fixture
def stranger(stack: Stack) -> Iterator[Stranger]:
    with a_stranger(stack) as stranger:
        yield stranger
