"""A topic that gets more partitions: its channels move, so every place in it is another one."""

from collections.abc import AsyncIterator

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from streaming import delivery as deliveries
from streaming.delivery import Delivery
from streaming.feed import Feed
from tests.brokers import Broker
from tests.streaming.ear import Ear
from tests.streaming.line import opened
from tests.streaming.test_recreation import has_begun_after
from tests.streaming.written import Written
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio
CHANNELS = [str(number) for number in range(16)]
Growing = tuple[Delivery, Written]


@pytest.fixture
async def growing(real_kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Growing]:
    """Only a real broker has topics that grow. As in use, a growth counts once every client has noticed."""
    monkeypatch.setattr(deliveries, "WATCH", 0.3)
    monkeypatch.setattr(deliveries, "SETTLED", 2.0)
    async with opened(real_kafka, **{"topic.metadata.refresh.interval.ms": "1000"}) as both:
        yield both


async def test_a_topic_that_grew_is_one_reset_for_all_and_then_live_wherever_they_moved(
    growing: Growing, real_kafka: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    delivery, written = growing
    ears = [await Ear(delivery, feed=Feed(channel)).opened() for channel in CHANNELS]
    (before,) = written.write("before", channel=CHANNELS[0])
    await ears[0].hear(1)

    admin = AdminClient({"bootstrap.servers": real_kafka.bootstrap_servers})
    admin.create_partitions([NewPartitions(written.topic, 7)])[written.topic].result(20)
    await wait_until_async(lambda: has_begun_after(delivery, before.epoch), 20, what="the grown log")
    resets = [(await ear.hear(1))[-1] for ear in ears[1:]]
    [written.write("after", channel=channel) for channel in CHANNELS]
    late = await Ear(delivery, after=before, feed=Feed(CHANNELS[0])).opened()

    assert resets == ['{"reason": "another_log"}'] * 15
    assert [(await ear.hear(2))[-1] for ear in ears[1:]] == ["after"] * 15
    assert (await ears[0].hear(2))[:2] == ["before", '{"reason": "another_log"}']
    assert [event.type for event in late.heard] == ["reset"]
    assert delivery.hub.log is not None
    assert len(delivery.hub.log.recent) == 7
    assert "the broker is away" not in caplog.text
