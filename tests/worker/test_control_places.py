"""Where that thread goes on when the log, its partitions or the broker are not what they were."""

from collections.abc import Iterator, Mapping

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from chatbot.worker.records.control import Control
from streaming.broker.errors import PositionLostError
from streaming.broker.log_reader import LIVE_END, LogReader
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
from tests.worker.office import Office, call_off, has, listening, one_for_each_partition, partitions, rounds


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
