"""Where a stream goes on, by where its client was: on each broker the same."""

from dataclasses import replace

import pytest

from streaming import hub
from streaming.broker.options import BrokerOptions
from streaming.delivery import Delivery
from streaming.record import Record
from tests.streaming.ear import ALICE, Ear, delivering, reached
from tests.streaming.written import Broker, Written

pytestmark = pytest.mark.anyio


async def test_without_a_place_it_begins_at_the_live_end(delivery: Delivery, written: Written) -> None:
    (before,) = written.write("before")
    await reached(delivery, before)
    ear = await Ear(delivery).opened()

    written.write("after")

    assert await ear.hear(1) == ["after"]


async def test_the_first_block_names_the_place_it_goes_on_from(delivery: Delivery, written: Written) -> None:
    (before,) = written.write("before")
    await reached(delivery, before)

    ear = await Ear(delivery).opened()

    assert ear.cursor == str(before)


async def test_a_client_cut_right_after_the_first_block_misses_nothing(
    delivery: Delivery, written: Written
) -> None:
    cut = await Ear(delivery).opened()
    await cut.close()
    written.write("meanwhile")

    back = Ear(delivery, after=cut.cursor)

    assert await back.hear(1) == ["meanwhile"]


async def test_from_a_place_comes_what_followed_once_and_in_order_then_what_comes(
    delivery: Delivery, written: Written
) -> None:
    positions = written.write(*map(str, range(100)))
    await reached(delivery, positions[-1])
    ear = Ear(delivery, after=positions[39])
    await ear.hear(30)

    written.write("live")

    assert await ear.hear(61) == [*map(str, range(40, 100)), "live"]
    assert [event.id for event in ear.heard[:60]] == [str(position) for position in positions[40:]]


async def test_what_memory_does_not_hold_is_read_from_the_log(
    broker: Broker, options: BrokerOptions, written: Written
) -> None:
    positions = written.write(*map(str, range(300)))

    async with delivering(options, written.topic, broker.epoch) as late:
        ear = Ear(late, after=positions[0]._replace(offset=positions[0].offset - 1))
        await ear.hear(300)
        written.write("live")
        heard = await ear.hear(301)

    assert heard == [*map(str, range(300)), "live"]


async def test_nothing_is_lost_between_log_memory_and_live_while_more_keeps_coming(
    broker: Broker, options: BrokerOptions, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECORDS", 50 * written.partitions)
    async with delivering(options, written.topic, broker.epoch) as forgetful:
        first = await Ear(forgetful).opened()
        written.write(*map(str, range(400)))
        ear = Ear(forgetful, after=first.cursor)
        await ear.hear(100)

        written.write(*map(str, range(400, 1200)))

        assert await ear.hear(1200) == [*map(str, range(1200))]


async def test_a_reader_that_overflows_its_queue_replays_what_it_missed(
    delivery: Delivery, written: Written
) -> None:
    slow = await Ear(delivery).opened()
    written.write("first")
    await slow.hear(1)

    positions = written.write(*map(str, range(3000)))
    await reached(delivery, positions[-1])

    assert await slow.hear(3001) == ["first", *map(str, range(3000))]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("garbage", "invalid_position"),
        ("x" * 5000, "invalid_position"),
        ("\N{SNOWMAN}-1-1", "invalid_position"),
        ("otherepoch-0-0", "another_log"),
    ],
)
async def test_a_place_in_no_log_of_ours_is_one_reset_and_then_live(
    delivery: Delivery, written: Written, place: str, reason: str
) -> None:
    ear = await Ear(delivery, after=place).opened()

    written.write("after")

    assert await ear.hear(2) == [f'{{"reason": "{reason}"}}', "after"]
    assert ear.heard[0].type == "reset"


async def test_somebody_else_s_partition_is_a_reset(delivery: Delivery, written: Written) -> None:
    (mine,) = written.write("mine")
    elsewhere = mine._replace(partition=(mine.partition + 1) % written.partitions)

    ear = await Ear(delivery, after=elsewhere).opened()

    assert [event.type for event in ear.heard] == ["reset"]


async def test_a_place_that_does_not_exist_yet_waits_and_then_resets(
    delivery: Delivery, written: Written
) -> None:
    (here,) = written.write("here")
    ear = await Ear(delivery, after=here._replace(offset=here.offset + 1000)).opened()
    assert ear.cursor.endswith(str(here.offset + 1000))

    heard = await ear.hear(1)
    written.write("after")

    assert heard == ['{"reason": "position_lost"}']
    assert await ear.hear(2) == [*heard, "after"]


async def test_a_place_this_process_has_not_read_yet_is_waited_for_without_a_reset(
    delivery: Delivery, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[list[Record]] = []
    monkeypatch.setattr(delivery._listener, "_take", held.append)
    (seen_elsewhere,) = written.write("seen elsewhere")

    ear = await Ear(delivery, after=seen_elsewhere).opened()
    is_silent = await Ear(delivery, after=seen_elsewhere).silence(6)
    delivery.hub.deliver([record for batch in held for record in batch])
    monkeypatch.undo()
    written.write("next")

    assert is_silent
    assert await ear.hear(1) == ["next"]


async def test_a_filtered_feed_hears_its_own_and_its_cursor_moves_over_the_rest(
    delivery: Delivery, written: Written
) -> None:
    start = await Ear(delivery).opened()
    written.write("theirs", labels={"conversation": "b"})
    written.write("mine", labels={"conversation": "a"})
    (last,) = written.write("theirs", labels={"conversation": "b"})
    await reached(delivery, last)

    ear = Ear(delivery, after=start.cursor, feed=replace(ALICE, match={"conversation": "a"}))

    assert await ear.hear(1) == ["mine"]
    assert ear.cursor in (str(last), ear.heard[0].id)


async def test_other_channels_of_the_same_partition_are_not_heard(
    delivery: Delivery, written: Written
) -> None:
    ear = await Ear(delivery).opened()

    [written.write("not mine", channel=str(channel)) for channel in range(100, 120)]
    written.write("mine")

    assert await ear.hear(1) == ["mine"]
