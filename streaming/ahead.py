import asyncio
import time

from streaming.broker.errors import BrokerError
from streaming.delivery import Delivery
from streaming.position import Position
from streaming.tail import AHEAD

REMEMBERED = 1000


class Ahead:
    """Places that polls came with although this process has not read so far, and since when.

    A stream waits 5 s before the broker is asked whether there is such a place; one poll may be too short
    for that. At most 1,000 are remembered, the newest: who is forgotten waits once more.
    """

    def __init__(self) -> None:
        self._since: dict[Position, float] = {}

    async def is_lost(self, place: Position, delivery: Delivery) -> bool:
        """Whether that place was ahead of this process for 5 s, and lies beyond the log's own end."""
        log = delivery.hub.log
        if log is None or log.epoch != place.epoch or place.offset <= log.recent[place.partition].end:
            return False
        return self._is_overdue(place) and await _is_beyond_the_log(place, delivery)

    def _is_overdue(self, place: Position) -> bool:
        now = time.monotonic()
        since = self._since.setdefault(place, now)
        if len(self._since) > REMEMBERED:
            del self._since[next(iter(self._since))]
        return now - since > AHEAD


async def _is_beyond_the_log(place: Position, delivery: Delivery) -> bool:
    try:
        _, end = await asyncio.shield(asyncio.wrap_future(delivery.archive.bounds(place.partition)))
    except BrokerError:
        return False
    return place.offset > end
