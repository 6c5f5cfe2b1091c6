"""Places that the log has dropped: one reset, never a silent gap."""

import json

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from streaming.feed import Feed
from streaming.position import Position
from tests.brokers import Broker, embedded
from tests.streaming.ear import Ear, delivering, reached
from tests.streaming.line import Line, opened, options_for
from tests.streaming.polling import Poller, installed
from tests.streaming.written import Written

pytestmark = pytest.mark.anyio
LOST = '{"reason": "position_lost"}'
BIG = "x" * 100_000


def drop(broker: Broker, written: Written, upto: Position) -> None:
    """What retention does, at once."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap_servers})
    place = TopicPartition(written.topic, upto.partition, upto.offset)
    admin.delete_records([place])[place].result(20)


async def test_a_place_that_retention_has_passed_is_one_reset_and_then_live(real_kafka: Broker) -> None:
    async with opened(real_kafka) as (_, written):
        positions = written.write(*map(str, range(10)))
        drop(real_kafka, written, positions[7])

        async with delivering(options_for(real_kafka), written.topic) as late:
            passed, kept = Ear(late, after=positions[3]), Ear(late, after=positions[7])
            await passed.hear(1)
            written.write("after")

            assert await passed.hear(2) == [LOST, "after"]
            assert await kept.hear(3) == ["8", "9", "after"]


async def test_the_in_process_broker_s_oldest_go_too_and_their_readers_hear_so() -> None:
    broker = embedded()
    async with opened(broker) as (_, written):
        first, *_ = written.write(*[BIG] * 80)

        async with delivering(options_for(broker), written.topic, broker.epoch) as late:
            oldest, _ = late.archive.bounds(first.partition).result(5)
            ear = Ear(late, after=first)
            await ear.hear(1)
            written.write("after")

            assert oldest > first.offset, "nothing was dropped: this shows nothing"
            assert await ear.hear(2) == [LOST, "after"]


async def test_a_poll_from_there_is_one_reset_too(real_kafka: Broker) -> None:
    async with opened(real_kafka) as (_, written):
        positions = written.write(*[json.dumps({"n": n}) for n in range(10)])
        drop(real_kafka, written, positions[7])

        async with delivering(options_for(real_kafka), written.topic) as late:
            with installed(late):
                polled = await Poller(Feed("7")).poll(positions[3], wait=0)
                after = await Poller(Feed("7")).poll(polled.cursor, wait=0)

    assert [event["data"] for event in polled.events] == [{"reason": "position_lost"}]
    assert (polled.cursor, after.events) == (str(positions[-1]), [])


async def test_what_retention_has_passed_is_still_heard_while_memory_holds_it(real_kafka: Broker) -> None:
    async with opened(real_kafka) as (delivery, written):
        positions = written.write(*map(str, range(10)))
        await reached(delivery, positions[-1])

        drop(real_kafka, written, positions[7])

        assert await Line(delivery, written, "7").ear(after=positions[3]).hear(6) == [*"456789"]
