import asyncio
import threading
from collections.abc import Callable, Collection, Iterator

import pytest
from django.db import DatabaseError
from django.test import RequestFactory

from conversations.identity.credentials import Caller, Credential
from conversations.streams import listening, lookups
from conversations.streams.lookups import MOST, Lookups
from conversations.streams.stream_thread import StreamThread
from streaming.problem import RefusedError

pytestmark = pytest.mark.anyio
Find = Callable[[Collection[Credential]], dict[Credential, Caller]]


class Registry:
    """Every token is somebody but `nobody`; the first question is answered only once `go` is set."""

    def __init__(self, *, is_ready: bool = False) -> None:
        self.go = threading.Event()
        if is_ready:
            self.go.set()
        self.sizes: list[int] = []

    def __call__(self, credentials: Collection[Credential]) -> dict[Credential, Caller]:
        self.go.wait(10)
        self.sizes.append(len(credentials))
        return {one: Caller(len(one.key), 0) for one in credentials if one.key != "nobody"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def thread() -> Iterator[StreamThread]:
    thread = StreamThread()
    yield thread
    thread.stop()


async def test_who_comes_while_a_question_is_asked_shares_the_next(thread: StreamThread) -> None:
    registry = Registry()
    asking = Lookups(thread, find=registry)

    first = asyncio.create_task(asking.find(token("x")))
    await asyncio.sleep(0)
    others = [asyncio.create_task(asking.find(token("x" * (n + 1)))) for n in range(MOST)]
    await asyncio.sleep(0)
    registry.go.set()
    found = await asyncio.gather(first, *others)

    assert registry.sizes == [1, MOST]
    assert found == [Caller(1, 0), *[Caller(n + 1, 0) for n in range(MOST)]]


async def test_no_question_is_larger_than_its_bound(thread: StreamThread) -> None:
    registry = Registry(is_ready=True)

    many = {token(f"{n:05}") for n in range(2 * MOST + 1)}
    found = await Lookups(thread, find=registry).generations(many)

    assert registry.sizes == [MOST, MOST, 1]
    assert found == dict.fromkeys(many, 0)


async def test_a_credential_that_does_not_hold_is_nobody(thread: StreamThread) -> None:
    registry = Registry(is_ready=True)

    assert await Lookups(thread, find=registry).find(token("nobody")) is None


async def test_a_question_that_fails_fails_for_all_who_shared_it_and_for_nobody_after_them(
    thread: StreamThread,
) -> None:
    answers: Iterator[Find] = iter([away, Registry(is_ready=True)])

    def find(credentials: Collection[Credential]) -> dict[Credential, Caller]:
        return next(answers)(credentials)

    asking = Lookups(thread, find=find)

    failed = await asyncio.gather(asking.find(token("x")), asking.find(token("x")), return_exceptions=True)

    assert [type(one) for one in failed] == [DatabaseError, DatabaseError]
    assert await asking.find(token("x")) == Caller(1, 0)


async def test_who_goes_away_takes_nobody_along(thread: StreamThread) -> None:
    registry = Registry()
    asking = Lookups(thread, find=registry)
    impatient = asyncio.create_task(asking.find(token("x")))
    patient = asyncio.create_task(asking.find(token("x")))
    await asyncio.sleep(0)

    impatient.cancel()
    registry.go.set()

    assert await patient == Caller(1, 0)


async def test_who_goes_away_before_the_question_is_not_asked_about(thread: StreamThread) -> None:
    registry = Registry()
    asking = Lookups(thread, find=registry)
    first = asyncio.create_task(asking.find(token("x")))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(asking.find(token("xx")))
    await asyncio.sleep(0)

    impatient.cancel()
    patient = asyncio.create_task(asking.find(token("xxx")))
    await asyncio.sleep(0)
    registry.go.set()

    assert [await first, await patient] == [Caller(1, 0), Caller(3, 0)]
    assert registry.sizes == [1, 1]


async def test_while_the_database_says_nothing_a_stream_is_refused_for_now(
    thread: StreamThread, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry()
    monkeypatch.setattr(listening, "DEADLINE", 0.1)
    monkeypatch.setattr(lookups.lookups, "_value", Lookups(thread, find=registry))

    with pytest.raises(RefusedError) as refused:
        await listening.feed_of(rf.get("/api/events", headers={"Authorization": "Bearer x"}))

    assert refused.value.response.status_code == 503
    assert refused.value.response["Retry-After"] == "2"
    registry.go.set()


def token(key: str) -> Credential:
    return Credential("token", key)


def away(credentials: Collection[Credential]) -> dict[Credential, Caller]:
    raise DatabaseError
