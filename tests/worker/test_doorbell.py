"""The doorbell's thread on a real broker: what one partition waits for, the others do not."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from confluent_kafka import Producer

from chatbot.worker.records.doorbell import Doorbell
from streaming.broker.group_reader import GroupReader
from streaming.broker.murmur2 import partition_of
from streaming.broker.options import BrokerOptions
from streaming.record import Record
from tests.streaming.written import Written
from tests.waiting import wait_until


class House:
    """Who is rung for: everybody is let in while the door is open."""

    def __init__(self) -> None:
        self.heard: list[UUID] = []
        self.buried: list[tuple[Record, str]] = []
        self.is_open = threading.Event()
        self.is_open.set()
        self.odd: set[UUID] = set()

    def offer(self, conversation: UUID) -> bool:
        if conversation in self.odd:
            raise RuntimeError("odd")
        if self.is_open.is_set():
            self.heard.append(conversation)
        return self.is_open.is_set()

    def bury(self, record: Record, _topic: str, reason: str) -> Future[bool]:
        self.buried.append((record, reason))
        kept: Future[bool] = Future()
        kept.set_result(True)
        return kept


@pytest.fixture
def house() -> House:
    return House()


@contextmanager
def listening(house: House, open_reader: Callable[[], GroupReader]) -> Iterator[Doorbell]:
    doorbell = Doorbell(open_reader, offer=house.offer, bury=house.bury)
    doorbell.start()
    yield doorbell
    doorbell.stop()


@pytest.fixture
def doorbell(house: House, options: BrokerOptions, written: Written) -> Iterator[Doorbell]:
    group = f"{written.topic}-group"
    with listening(house, lambda: GroupReader(options, written.topic, group)) as doorbell:
        yield doorbell


def ring(written: Written, conversation: UUID) -> UUID:
    written.write(json.dumps({"conversation_id": str(conversation)}), channel=str(conversation))
    return conversation


def in_partition(written: Written, wanted: int) -> UUID:
    found = (uuid4() for _ in range(1000))
    return next(c for c in found if partition_of(str(c).encode(), written.partitions) == wanted)


def test_a_record_whose_handler_fails_holds_up_its_own_partition_alone_and_then_nobody(
    house: House, doorbell: Doorbell, written: Written
) -> None:
    odd, behind = in_partition(written, 0), in_partition(written, 0)
    beside = in_partition(written, 1)
    house.odd.add(odd)

    for conversation in (odd, behind, beside):
        ring(written, conversation)
    wait_until(lambda: behind in house.heard, 20, what="the one behind it")

    assert house.heard == [beside, behind]
    (record, reason) = house.buried[0]
    assert (record.key, reason) == (str(odd).encode(), "handling it failed 3 times: RuntimeError('odd')")


def test_junk_is_buried_with_everything_it_was_and_the_next_is_heard(
    house: House, doorbell: Doorbell, written: Written
) -> None:
    written.publisher.publish(written.topic, b"k", None, headers=[("a", b"\xff"), ("a", None)])
    written.write("junk", channel="k")

    conversation = ring(written, uuid4())
    wait_until(lambda: conversation in house.heard, 20, what="the doorbell")
    wait_until(lambda: len(house.buried) == 2, what="both graves")

    tombstone, junk = (record for record, _ in house.buried)
    assert (tombstone.value, tombstone.headers) == (None, [("a", b"\xff"), ("a", None)])
    assert junk.value == b"junk"


def test_nothing_is_lost_of_what_came_while_there_was_no_room(
    house: House, doorbell: Doorbell, written: Written
) -> None:
    house.heard.append(ring(written, uuid4()))
    wait_until(lambda: len(house.heard) == 2, 20, what="the first")
    house.heard.clear()

    house.is_open.clear()
    rung = [ring(written, uuid4()) for _ in range(50)]
    house.is_open.set()
    wait_until(lambda: len(house.heard) >= 50, 20, what="all of them")

    assert sorted(house.heard) == sorted(rung)


def test_while_there_is_no_room_polling_goes_on(
    house: House, options: BrokerOptions, written: Written
) -> None:
    polls: list[float] = []

    class Polled(GroupReader):
        def read(self, *, timeout: float) -> Record | None:
            polls.append(timeout)
            return super().read(timeout=timeout)

    with listening(house, lambda: Polled(options, written.topic, f"{written.topic}-polled")):
        house.is_open.clear()
        waiting = ring(written, uuid4())
        wait_until(lambda: 0.1 in polls, 20, what="it is held")
        held_at = len(polls)
        wait_until(lambda: len(polls) > held_at + 10, what="ten more polls")
        house.is_open.set()
        wait_until(lambda: waiting in house.heard, what="the one that waited")

    assert house.heard == [waiting]


def test_a_transaction_s_marks_and_what_it_took_back_are_nothing(
    house: House, options: BrokerOptions, written: Written
) -> None:
    broker = {"bootstrap.servers": options.common["bootstrap.servers"]}
    producer = Producer({**broker, "transactional.id": f"{written.topic}-writer"})
    producer.init_transactions(20)
    taken_back, meant = (json.dumps({"conversation_id": str(uuid4())}).encode() for _ in range(2))
    producer.begin_transaction()
    producer.produce(written.topic, taken_back, b"k")
    producer.flush(10)
    producer.abort_transaction(20)
    producer.begin_transaction()
    producer.produce(written.topic, meant, b"k")
    producer.commit_transaction(20)

    with listening(house, lambda: GroupReader(options, written.topic, f"{written.topic}-marks")):
        conversation = ring(written, uuid4())
        wait_until(lambda: conversation in house.heard, 20, what="the doorbell")
        wait_until(lambda: UUID(json.loads(meant)["conversation_id"]) in house.heard, what="the one meant")

    assert house.buried == []


def test_an_error_of_its_own_does_not_end_the_thread(
    house: House, options: BrokerOptions, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    class Torn(GroupReader):
        reads = 0

        def read(self, *, timeout: float) -> Record | None:
            self.reads += 1
            if self.reads < 3:
                raise ValueError("what nobody thought of")
            return super().read(timeout=timeout)

    with listening(house, lambda: Torn(options, written.topic, f"{written.topic}-torn")) as doorbell:
        conversation = ring(written, uuid4())
        wait_until(lambda: conversation in house.heard, 20, what="the doorbell")
        is_silent = doorbell.is_silent

    assert not is_silent
    assert "the doorbell goes on after an error" in caplog.text
