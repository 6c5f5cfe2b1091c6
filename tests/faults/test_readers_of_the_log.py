"""librdkafka complains where nobody expects it: no record is lost for it, and no thread ends."""

import asyncio
from collections.abc import Mapping

import pytest
from confluent_kafka import KafkaError, KafkaException

from streaming.archive import Archive
from streaming.broker.errors import BrokerError, BrokerUnavailableError
from streaming.broker.log_reader import LogReader
from streaming.listener import Listener
from streaming.record import Record
from streaming.scan import Wanted
from tests.brokers import embedded
from tests.streaming.line import options_for
from tests.streaming.records import Raw, record
from tests.waiting import wait_until_async


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Faulty:
    """A consumer that has three records, and fails once when it is asked for more than the first of them."""

    def __init__(self) -> None:
        self.coming = [Came(0), Came(1), Came(2)]
        self._has_failed = False

    def poll(self, timeout: float) -> "Came | None":
        return self.coming.pop(0) if self.coming else None

    def consume(self, limit: int, timeout: float) -> "list[Came]":
        if not self._has_failed:
            self._has_failed = True
            raise KafkaException(KafkaError(KafkaError._STATE))
        taken, self.coming = self.coming[:limit], self.coming[limit:]
        return taken


class Came(Raw):
    def error(self) -> None:
        return None


class Reluctant(LogReader):
    """It can't be assigned nor rested, the first time."""

    def __init__(self) -> None:
        self._failures = 0
        self.ends = {0: 1}

    def close(self) -> None:
        pass

    def assign(self, offsets: Mapping[int, int]) -> None:
        self._fail()

    def rest(self) -> None:
        self._fail()

    def last_known_ends(self) -> dict[int, int]:
        return {}

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        return [record(0)] if self._failures else []

    def _fail(self) -> None:
        self._failures += 1
        if self._failures == 1:
            raise BrokerUnavailableError("not in this state")


class Restless(Reluctant):
    """It can be assigned, and not rested."""

    def assign(self, offsets: Mapping[int, int]) -> None:
        self._failures = 0

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        return [record(0)]


def test_what_was_read_before_an_error_comes_with_the_next_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    with LogReader(options_for(embedded()), "any") as reader:
        monkeypatch.setattr(reader, "_consumer", Faulty())

        with pytest.raises(BrokerUnavailableError):
            reader.read(10, timeout=0)
        offsets = [each.offset for each in reader.read(10, timeout=0)]
        monkeypatch.undo()

    assert offsets == [0, 1, 2]


def test_an_assignment_that_librdkafka_refuses_is_a_broker_error() -> None:
    with LogReader(options_for(embedded()), "any") as reader, pytest.raises(BrokerError):
        reader.assign({-7: -99})


@pytest.mark.anyio
async def test_a_listener_that_could_not_be_assigned_tries_again() -> None:
    taken = list[Record]()

    async def goes_on() -> bool:
        return bool(taken)

    listener = Listener(Reluctant, take=taken.extend, lost=list[None]().clear)
    listener.assign({0: 0})
    listener.start()
    try:
        await wait_until_async(goes_on, what="the reading after the refusal")
    finally:
        await asyncio.to_thread(listener.stop)


@pytest.mark.anyio
async def test_an_archive_that_could_not_rest_answers_the_next() -> None:
    archive = Archive(Restless)
    archive.start()
    try:
        found = [await asyncio.wait_for(archive.find(Wanted(0, 0, b"7", 1)), 5) for _ in range(2)]
    finally:
        await asyncio.to_thread(archive.stop)

    assert [len(each.records) for each in found] == [1, 1]
