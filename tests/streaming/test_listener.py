"""The thread that reads the log for a process, when the log does not hold what should come next."""

import asyncio
from collections.abc import Mapping

import pytest

from streaming.broker.errors import PositionLostError
from streaming.broker.log_reader import LogReader
from streaming.listener import Listener
from streaming.record import Record
from tests.streaming.records import record
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio


class Passed(LogReader):
    """Retention has passed its place in one partition; in the others it could be read on."""

    def __init__(self) -> None:
        self._reads = 0

    def close(self) -> None:
        pass

    def assign(self, offsets: Mapping[int, int]) -> None:
        pass

    def last_known_ends(self) -> dict[int, int]:
        return {}

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        self._reads += 1
        if self._reads == 1:
            raise PositionLostError(0)
        return [record(self._reads)]


async def test_after_a_lost_place_nothing_is_read_until_it_is_assigned_anew() -> None:
    losses, taken = list[None](), list[Record]()

    async def is_lost_still() -> bool:
        return len(losses) == 2

    async def goes_on() -> bool:
        return bool(taken)

    listener = Listener(Passed, take=taken.extend, lost=lambda: losses.append(None))
    listener.assign({0: 0})
    listener.start()
    try:
        await wait_until_async(is_lost_still, what="to be told of it once more")
        assert taken == []

        listener.assign({0: 5})

        await wait_until_async(goes_on, what="the reading to go on")
    finally:
        await asyncio.to_thread(listener.stop)
