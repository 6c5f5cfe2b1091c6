"""The thread that hears which answers to stop, on a real broker."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from chatbot.worker.records.control import Control
from streaming.broker.errors import BrokerError, PositionLostError
from streaming.broker.log_reader import LIVE_END, LogReader
from streaming.broker.murmur2 import partition_of
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Publisher
from streaming.broker.topics import HOUR_MS, Topic, TopicIdentity, Topics
from streaming.record import Record
from tests.brokers import Broker, kafka
from tests.streaming.line import options_for
from tests.streaming.records import record
from tests.streaming.test_recreation import is_made_again
from tests.streaming.written import Written
from tests.waiting import wait_until

JUNK = [b"junk", b"[" * 100_000, b"{}", b'{"cancel": 7}', b"\xff", b'{"cancel": "x"}', b"[]", b"null"]


class Office:
    """Keeps what it hears; graves are dug while `is_open`."""

    def __init__(self) -> None:
        self.cancelled: list[UUID] = []
        self.buried: list[tuple[int, bytes | None, str]] = []
        self.refused = 0
        self.is_open = True

    def bury(self, record: Record, _topic: str, reason: str) -> Future[bool]:
        if self.is_open:
            self.buried.append((record.offset, record.value, reason))
        else:
            self.refused += 1
        kept: Future[bool] = Future()
        kept.set_result(self.is_open)
        return kept


@pytest.fixture
def office() -> Office:
    return Office()


@contextmanager
def listening(office: Office, options: BrokerOptions, topics: Topics, topic: str) -> Iterator[Control]:
    def open_reader() -> LogReader:
        return LogReader(options, topic)

    thread = Control(open_reader, topics, cancel=office.cancelled.append, bury=office.bury)
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def heard(office: Office, options: BrokerOptions, written: Written) -> Iterator[Office]:
    """Of a thread that has found the live end of each partition."""
    with listening(office, options, written.topics, written.topic):
        wait_until(rounds(office, written), 20, what="the live end")
        yield office


def call_off(written: Written, *channels: str) -> list[UUID]:
    replies = [uuid4() for _ in channels]
    for reply, channel in zip(replies, channels, strict=True):
        written.write(json.dumps({"cancel": str(reply)}), channel=channel)
    return replies


def partitions(written: Written) -> int:
    """0 while a topic that was only just made is not known everywhere."""
    try:
        return written.partitions
    except BrokerError:
        return 0


def one_for_each_partition(written: Written) -> list[str]:
    names = [str(number) for number in range(1000)]
    count = wait_until(lambda: partitions(written), what="the topic")
    return [next(n for n in names if partition_of(n.encode(), count) == part) for part in range(count)]


def rounds(office: Office, written: Written) -> Callable[[], bool]:
    """Whether what was called off the last time was heard in every partition; calls off some more if not."""
    channels = one_for_each_partition(written)
    last = call_off(written, *channels)

    def has_heard() -> bool:
        nonlocal last
        before, last = last, call_off(written, *channels)
        return set(before) <= set(office.cancelled)

    return has_heard


def has(office: Office, replies: list[UUID]) -> Callable[[], bool]:
    return lambda: set(replies) <= set(office.cancelled)


def test_what_is_called_off_is_heard_and_what_was_before_the_start_is_not(
    office: Office, options: BrokerOptions, written: Written
) -> None:
    (before,) = call_off(written, "7")

    with listening(office, options, written.topics, written.topic):
        wait_until(rounds(office, written), 20, what="the live end")
        later = call_off(written, *one_for_each_partition(written))

        wait_until(has(office, later), what="all of them")
        assert before not in office.cancelled


def test_records_that_cannot_be_read_are_buried_and_passed_over(heard: Office, written: Written) -> None:
    written.publisher.publish(written.topic, b"7", None)
    written.write(*(junk.decode("latin1") for junk in JUNK))
    behind = call_off(written, "7")

    wait_until(has(heard, behind), what="the one behind them")
    wait_until(lambda: len(heard.buried) == len(JUNK) + 1, what="the burials")
    assert [value for _, value, _ in heard.buried][1:3] == [b"junk", b"[" * 100_000]
    assert all(reason.startswith("no reply to cancel in the record") for *_, reason in heard.buried)


def test_while_postgresql_is_away_graves_wait_and_what_follows_does_not(
    heard: Office, written: Written
) -> None:
    heard.is_open = False
    written.write("junk")
    behind = call_off(written, "7")
    wait_until(has(heard, behind), what="the one behind it")
    wait_until(lambda: heard.refused, what="a refusal")

    heard.is_open = True

    wait_until(lambda: len(heard.buried) == 1, what="the burial")


def test_of_more_dead_records_than_can_wait_the_rest_is_logged(
    heard: Office, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    heard.is_open = False

    written.write(*(["junk"] * 110))
    behind = call_off(written, "7")
    wait_until(has(heard, behind), what="the one behind them")

    assert [record.message for record in caplog.records if "is not kept" in record.message].pop().endswith(
        "is not kept: too many wait for PostgreSQL"
    )


class Passed(LogReader):
    """The log has lost its place in one partition, once."""

    def __init__(self) -> None:
        self.topic = ""
        self.assigned: list[Mapping[int, int]] = []
        self._reads = 0

    def close(self) -> None:
        pass

    def assign(self, offsets: Mapping[int, int]) -> None:
        self.assigned.append(offsets)

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        self._reads += 1
        if self._reads == 2:
            raise PositionLostError(0)
        return [record(self._reads, value=b'{"cancel": "00000000-0000-4000-8000-000000000001"}')]


class Known(Topics):
    """Always says the same."""

    def __init__(self) -> None:
        pass

    def identify(self, name: str) -> TopicIdentity:
        return TopicIdentity("one", 2)


def test_where_the_log_lost_its_place_it_goes_on_from_the_live_end(office: Office) -> None:
    reader = Passed()
    thread = Control(lambda: reader, Known(), cancel=office.cancelled.append, bury=office.bury)

    thread.start()
    wait_until(lambda: len(office.cancelled) > 2, what="what comes after it")
    thread.stop()

    assert reader.assigned == [{0: LIVE_END, 1: LIVE_END}] * 2


@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_of_a_topic_made_anew_everything_is_heard(
    heard: Office, options: BrokerOptions, written: Written
) -> None:
    admin = AdminClient({**options.common})

    admin.delete_topics([written.topic])[written.topic].result(20)
    wait_until(lambda: is_made_again(written.topics, written.topic), 20, what="the topic made anew")
    first = call_off(written, *one_for_each_partition(written))

    wait_until(has(heard, first), 20, what="what was said before anybody here knew")


@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_of_partitions_that_are_added_everything_is_heard(
    heard: Office, options: BrokerOptions, written: Written
) -> None:
    admin = AdminClient({**options.common})

    admin.create_partitions([NewPartitions(written.topic, 8)])[written.topic].result(20)
    wait_until(lambda: partitions(written) == 8, what="the new partitions")
    first = call_off(written, *one_for_each_partition(written))

    wait_until(has(heard, first), 20, what="what was said before anybody here knew")


@pytest.fixture
def kafka_of_its_own() -> Iterator[Broker]:
    """To be killed: the others need theirs."""
    with kafka() as broker:
        yield broker


def test_a_broker_that_is_away_at_the_start_and_again_later_is_waited_for(
    office: Office, kafka_of_its_own: Broker
) -> None:
    server = kafka_of_its_own.server
    assert server is not None
    options = options_for(kafka_of_its_own)
    topics = Topics(options, timeout=1)
    topics.prepare([Topic("control", kept_ms=HOUR_MS)], partitions=4)
    publisher = Publisher(options, patience_ms=20_000)
    publisher.start()
    written = Written(publisher, topics, "control")

    server.kill()
    with listening(office, options, topics, "control"):
        server.start()
        wait_until(rounds(office, written), 30, what="the live end")
        server.kill()
        server.start()
        wait_until(rounds(office, written), 30, what="the live end again")
    publisher.stop()
