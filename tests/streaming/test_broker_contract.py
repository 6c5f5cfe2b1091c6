"""What we lean on, of any broker: the same facts on the embedded one and on Apache Kafka."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest

from streaming.broker.errors import (
    BrokerUnavailableError,
    PositionLostError,
    PublisherFullError,
    RecordTooLargeError,
)
from streaming.broker.group_reader import GroupReader
from streaming.broker.log_reader import LogReader
from streaming.broker.murmur2 import partition_of
from streaming.broker.options import MAX_RECORD_BYTES, BrokerOptions
from streaming.broker.publisher import Ack, Publisher
from streaming.broker.topics import HOUR_MS, Topic, Topics
from streaming.record import Record
from tests.streaming.written import Written
from tests.waiting import wait_until


@pytest.fixture
def reader(options: BrokerOptions, topic: str) -> Iterator[LogReader]:
    with LogReader(options, topic) as reader:
        yield reader


def read(reader: LogReader, count: int) -> list[Record]:
    records: list[Record] = []

    def has_enough() -> bool:
        records.extend(reader.read(1000, timeout=0.1))
        return len(records) >= count

    wait_until(has_enough, what="records")
    return records


def test_a_thousand_keys_go_where_we_say_they_go(written: Written) -> None:
    acks: dict[bytes, Ack] = {}

    for key in (f"channel {number}".encode() for number in range(1000)):
        written.publisher.publish(written.topic, key, b"", on_ack=partial(acks.__setitem__, key))
    wait_until(lambda: len(acks) == 1000, what="acknowledgements")

    partitions = written.partitions
    assert all(ack.partition == partition_of(key, partitions) for key, ack in acks.items())


def test_records_of_a_key_come_back_in_order_with_headers(written: Written, reader: LogReader) -> None:
    written.write(*map(str, range(500)), labels={"conversation": "c"})

    reader.assign(dict.fromkeys(range(written.partitions), 0))
    records = read(reader, 500)

    assert [record.value for record in records] == [str(number).encode() for number in range(500)]
    assert records[0].labels == {"type": "reply.delta", "conversation": "c"}
    assert records[0].key == b"7"


def test_reading_from_a_position_gives_exactly_what_follows(written: Written, reader: LogReader) -> None:
    positions = written.write("a", "b", "c")

    reader.assign({positions[0].partition: positions[0].offset})

    assert [record.value for record in read(reader, 2)] == [b"b", b"c"]


def test_the_end_of_a_partition_is_told(written: Written, reader: LogReader) -> None:
    (position,) = written.write("a")
    reader.assign({position.partition: position.offset})

    wait_until(lambda: reader.read(10, timeout=0.1) or reader.ends, what="the end of the partition")

    assert reader.ends == {position.partition: position.offset}


def test_the_bounds_of_a_partition_are_told(written: Written, reader: LogReader) -> None:
    (position,) = written.write("a")

    assert reader.bounds(position.partition, timeout=5) == (0, position.offset)


def test_an_offset_beyond_the_end_is_an_error_and_no_silent_skip(written: Written, reader: LogReader) -> None:
    (position,) = written.write("a")
    reader.assign({position.partition: position.offset + 1000})

    with pytest.raises(PositionLostError) as lost:
        wait_until(lambda: reader.read(10, timeout=0.1), what="a record or an error")

    assert lost.value.partition == position.partition


def test_a_lost_partition_reads_on_once_it_is_assigned_again(written: Written, reader: LogReader) -> None:
    (position,) = written.write("a")
    reader.assign({position.partition: 1000})
    with pytest.raises(PositionLostError):
        wait_until(lambda: reader.read(10, timeout=0.1), what="a record or an error")

    reader.assign({position.partition: 0})

    assert [record.value for record in read(reader, 1)] == [b"a"]


def test_a_topic_is_the_same_one_each_time_it_is_asked_about(topics: Topics, topic: str) -> None:
    assert topics.identify(topic) == topics.identify(topic)


def test_topics_are_there_once_they_are_prepared(topics: Topics) -> None:
    names = [f"test-{uuid4()}" for _ in range(10)]

    topics.prepare([Topic(name, kept_ms=HOUR_MS) for name in names], partitions=4)

    assert {topics.identify(name).partitions for name in names} == {4}


def test_preparing_topics_twice_makes_them_once(topics: Topics, topic: str) -> None:
    assert topics.prepare([Topic(topic, kept_ms=HOUR_MS)], partitions=4) == []


def test_large_records_pass_and_larger_ones_are_refused_by_type(written: Written, reader: LogReader) -> None:
    (position,) = written.write("x" * (MAX_RECORD_BYTES - 100_000))
    reader.assign({position.partition: 0})

    assert len(read(reader, 1)[0].value or b"") == MAX_RECORD_BYTES - 100_000
    with pytest.raises(RecordTooLargeError):
        written.publisher.publish(written.topic, b"7", b"x" * (MAX_RECORD_BYTES + 1))


def test_a_group_hands_out_each_record_and_begins_after_what_was_handled(
    options: BrokerOptions, written: Written
) -> None:
    group = f"{written.topic}-group"
    written.write("a", "b")
    first = GroupReader(options, written.topic, group)
    record = wait_until(lambda: first.read(timeout=0.2), 20, what="the first record")
    first.handled(record)
    first.close()

    second = GroupReader(options, written.topic, group)
    again = wait_until(lambda: second.read(timeout=0.2), 20, what="the second record")
    second.close()

    assert (record.value, again.value) == (b"a", b"b")


def test_a_paused_reader_gives_nothing_until_it_is_resumed(options: BrokerOptions, written: Written) -> None:
    written.write("a")
    reader = GroupReader(options, written.topic, f"{written.topic}-paused")
    wait_until(lambda: reader.read(timeout=0.2), 20, what="the first record")

    reader.pause()
    written.write("b")
    while_paused = [reader.read(timeout=0.2) for _ in range(3)]
    reader.resume()
    resumed = wait_until(lambda: reader.read(timeout=0.2), what="the record after the pause")
    reader.close()

    assert while_paused == [None, None, None]
    assert resumed.value == b"b"


def test_a_broker_that_is_away_is_a_recoverable_error() -> None:
    nowhere = BrokerOptions({"bootstrap.servers": "127.0.0.1:1"})

    with pytest.raises(BrokerUnavailableError):
        Topics(nowhere, fixed_id="x", timeout=0.5).identify("any")


def test_publishing_never_blocks_and_is_refused_by_type_at_the_bound() -> None:
    nowhere = BrokerOptions({"bootstrap.servers": "127.0.0.1:1", "queue.buffering.max.messages": "10"})
    publisher = Publisher(nowhere, patience_ms=1000)

    for _ in range(10):
        publisher.publish("any", b"7", b"")

    with pytest.raises(PublisherFullError):
        publisher.publish("any", b"7", b"")
