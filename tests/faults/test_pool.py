"""All pooled connections of a web process die at once, and PostgreSQL is there."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.brokers import embedded
from tests.databases import database
from tests.faults.wire import Wire, postgres_at, through
from tests.no_tls import NO_TLS
from tests.stack import Stack

READERS = 20


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire


@pytest.fixture(scope="module")
def stack(wire: Wire, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with database(template) as url:
        wire.target = postgres_at(url)
        stack = Stack(tmp_path_factory.mktemp("stack"), embedded(), through(wire, url))
        stack.environ["DIRECT_URL"] = url
        with stack:
            yield stack


@pytest.fixture
def alice(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {stack.token('alice')}"}
    with httpx.Client(base_url=stack.base_url, headers=headers, timeout=20, verify=NO_TLS) as alice:
        yield alice


def read(alice: httpx.Client) -> int:
    return alice.get("/api/conversations").status_code


def read_at_once(alice: httpx.Client) -> list[int]:
    with ThreadPoolExecutor(READERS) as threads:
        return list(threads.map(lambda _: read(alice), range(READERS)))


def read_on(alice: httpx.Client, *, seconds: float) -> set[int]:
    """What it was answered, one call after the other."""
    ends, statuses = time.monotonic() + seconds, set[int]()
    while time.monotonic() < ends:
        statuses.add(read(alice))
    return statuses


def end_all_connections(stack: Stack) -> int:
    """As a restart of PostgreSQL does, without one; how many there were."""
    with psycopg.connect(stack.environ["DIRECT_URL"], autocommit=True) as connection:
        ended = connection.execute(END)
        return len(ended.fetchall())


def test_readers_that_come_at_once_notice_nothing(stack: Stack, alice: httpx.Client) -> None:
    read_at_once(alice)
    ended = end_all_connections(stack)

    assert read_at_once(alice) == [200] * READERS
    assert ended > 5, "there were too few connections for this to mean anything"


def test_one_reader_after_the_other_notices_nothing(stack: Stack, alice: httpx.Client) -> None:
    read_at_once(alice)
    end_all_connections(stack)

    begun = time.monotonic()
    statuses = [read(alice) for _ in range(READERS)]

    assert statuses == [200] * READERS
    assert time.monotonic() - begun < 5


def test_after_a_longer_outage_the_first_reader_is_served(
    stack: Stack, alice: httpx.Client, wire: Wire
) -> None:
    """The pool must not have gone to longer and longer waits meanwhile."""
    read_at_once(alice)
    wire.refuse()
    away = read_on(alice, seconds=17)
    wire.mend()

    statuses = [read(alice) for _ in range(3)]

    assert away == {503}
    assert statuses == [200] * 3


END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
