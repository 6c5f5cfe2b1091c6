"""When a stream is ended by the server: its credentials ended, or the process leaves."""

import pytest

from streaming.delivery import Delivery
from streaming.feed import END_OF_CHANNEL, Feed
from tests.streaming.ear import Ear, reached
from tests.streaming.written import Written

pytestmark = pytest.mark.anyio


async def test_the_end_of_its_credentials_ends_an_open_stream(delivery: Delivery, written: Written) -> None:
    ear = await Ear(delivery, feed=Feed("7", generation=1)).opened()

    written.write("", kind=END_OF_CHANNEL, labels={"generation": "2"})

    assert await ear.ended()
    assert ear.heard == []


async def test_an_end_of_its_credentials_that_came_before_it_listened_ends_it_too(
    delivery: Delivery, written: Written
) -> None:
    start = await Ear(delivery).opened()
    (end,) = written.write("", kind=END_OF_CHANNEL, labels={"generation": "2"})
    await reached(delivery, end)

    ear = Ear(delivery, after=start.cursor, feed=Feed("7", generation=1))

    assert await ear.ended()


async def test_a_replay_that_meets_an_old_end_of_credentials_goes_on(
    delivery: Delivery, written: Written
) -> None:
    start = await Ear(delivery).opened()
    (end,) = written.write("", kind=END_OF_CHANNEL, labels={"generation": "2"})
    await reached(delivery, end)
    ear = Ear(delivery, after=start.cursor, feed=Feed("7", generation=2))

    written.write("after")

    assert await ear.hear(1) == ["after"]


async def test_when_the_process_leaves_its_streams_end_within_the_spread(
    delivery: Delivery, written: Written
) -> None:
    ears = [await Ear(delivery).opened() for _ in range(20)]

    delivery.leave(within=0.5)

    assert all([await ear.ended() for ear in ears])
