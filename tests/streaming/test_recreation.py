import asyncio

import pytest
from confluent_kafka.admin import AdminClient

from streaming.broker.errors import BrokerError
from streaming.broker.options import BrokerOptions
from streaming.broker.topics import HOUR_MS, Topic, Topics
from streaming.delivery import Delivery
from tests.streaming.ear import Ear, reached
from tests.streaming.written import Broker, Written
from tests.waiting import wait_until, wait_until_async

pytestmark = pytest.mark.anyio


@pytest.fixture
def broker(real_kafka: Broker) -> Broker:
    """Only where topics have ids of their own can one be made anew."""
    return real_kafka


def is_made_again(topics: Topics, name: str) -> bool:
    """Kafka deletes in its own time, and refuses the name until then."""
    try:
        return topics.prepare([Topic(name, kept_ms=HOUR_MS)], partitions=4) == [name]
    except BrokerError:
        return False


async def has_begun_after(delivery: Delivery, epoch: str) -> bool:
    return delivery.hub.log is not None and delivery.hub.log.epoch != epoch


async def test_a_topic_made_anew_under_open_streams_is_one_reset_for_each_and_then_all_that_is_in_it(
    delivery: Delivery, options: BrokerOptions, topics: Topics, written: Written
) -> None:
    (before,) = written.write("before")
    await reached(delivery, before)
    listening, replaying = await Ear(delivery).opened(), await Ear(delivery, after=before).opened()
    hearing = [asyncio.create_task(ear.hear(2)) for ear in (listening, replaying)]
    admin = AdminClient({**options.common})

    admin.delete_topics([written.topic])[written.topic].result(20)
    wait_until(lambda: is_made_again(topics, written.topic), 20, what="the topic made anew")
    written.write("before anybody here knew")
    await wait_until_async(lambda: has_begun_after(delivery, before.epoch), 20, what="the new log")

    reset_and_all = ['{"reason": "another_log"}', "before anybody here knew"]
    assert await asyncio.gather(*hearing) == [reset_and_all] * 2
    late = await Ear(delivery, after=before).opened()
    assert [event.type for event in late.heard] == ["reset"]
