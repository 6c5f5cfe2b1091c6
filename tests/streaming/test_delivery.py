from collections.abc import Mapping

import pytest

from streaming.broker.errors import BrokerRefusedError
from streaming.broker.options import BrokerOptions
from streaming.delivery import Delivery
from tests.brokers import Broker
from tests.streaming.ear import Ear, connected, delivering, reached
from tests.streaming.written import Written
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio
NOWHERE = BrokerOptions({"bootstrap.servers": "127.0.0.1:1"})


async def test_a_wrong_option_of_readers_alone_stops_the_start_with_a_sentence() -> None:
    wrong = BrokerOptions({**NOWHERE.common, "fetch.min.bytes": "junk"})

    with pytest.raises(BrokerRefusedError, match=r"KAFKA_ option .* is wrong: .*fetch\.min\.bytes"):
        await Delivery(wrong, "any").start()


async def test_a_start_that_fails_half_way_stops_what_had_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise BrokerRefusedError("wrong")

    delivery = Delivery(NOWHERE, "any")
    monkeypatch.setattr(delivery._listener, "_open_reader", refuse)

    with pytest.raises(BrokerRefusedError):
        await delivery.start()

    thread = delivery.archive._thread
    assert thread is not None
    assert not thread.is_alive()


async def test_a_log_cut_shorter_than_this_process_was_is_read_on_from_its_end(
    delivery: Delivery, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here,) = written.write("a")
    await reached(delivery, here)
    assigned: list[Mapping[int, int]] = []
    monkeypatch.setattr(delivery._listener, "assign", assigned.append)

    delivery.hub.begin(written.epoch, dict.fromkeys(range(written.partitions), 1000))
    delivery._lose_place()

    await wait_until_async(lambda: is_any(assigned), what="another assignment")
    assert assigned[0][here.partition] == here.offset


async def test_the_watch_over_the_log_survives_what_nobody_expected(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(delivery._topics, "identify", fail)
    await wait_until_async(lambda: is_away(delivery), what="the failure")

    monkeypatch.undo()

    await wait_until_async(lambda: connected(delivery), what="the watch's next look")


async def is_any(assigned: list[Mapping[int, int]]) -> bool:
    return bool(assigned)


async def is_away(delivery: Delivery) -> bool:
    return not delivery.is_connected


async def test_a_new_process_has_the_newest_records_in_memory_and_begins_at_the_live_end(
    broker: Broker, options: BrokerOptions, topic: str, written: Written
) -> None:
    positions = written.write(*map(str, range(100)))

    async with delivering(options, topic, broker.epoch, preloaded=25 * written.partitions) as fresh:
        refuse_searches(fresh)
        newcomer = await Ear(fresh).opened()
        returned = await Ear(fresh, after=positions[-11]).opened()

        assert newcomer.cursor == str(positions[-1])
        assert await returned.hear(10) == [str(number) for number in range(90, 100)]


def refuse_searches(delivery: Delivery) -> None:
    """From now on nothing is read from the log but what comes."""
    delivery.archive.stop()
