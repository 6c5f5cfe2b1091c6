import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from enum import Enum
from operator import attrgetter

from streaming import counted
from streaming.feed import END_OF_CHANNEL, Feed
from streaming.position import Position
from streaming.record import Record

logger = logging.getLogger(__name__)
RECORDS = 512
BYTES = 1024 * 1024
SIZE = attrgetter("size")


class State(Enum):
    REPLAYING = "replaying"  # takes nothing from the hub: its stream reads what it needs by itself
    LIVE = "live"
    RESET = "reset"  # the log is another one now
    ENDED = "ended"  # by the server, or because its credential ended


class Subscription:
    """The bounded queue of one connection. For the loop's thread only.

    At the bound (512 records or 1 MiB) it lets go of everything and is REPLAYING again: its stream reads on
    from what it sent last, so a slow reader costs no memory and loses nothing.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.state = State.REPLAYING
        self.checked_at = time.monotonic()
        # Sends them there and then, and says whether it could: else they are queued.
        self.short_cut: Callable[[Sequence[Record]], bool] | None = None
        self._start = Position("", 0, 0)
        self._queue: list[Record] = []
        self._size = 0
        self._waker: asyncio.Future[None] | None = None

    def go_live(self, start: Position) -> None:
        """From now on records at `start` and later are queued."""
        if self.state is State.REPLAYING:
            self.state, self._start = State.LIVE, start

    def go_back(self) -> None:
        """Read by itself again, after a reset or at the bound."""
        self._leave(State.REPLAYING)

    def reset(self) -> None:
        self._leave(State.RESET)

    def end(self) -> None:
        self._leave(State.ENDED)

    def offer(self, records: Sequence[Record]) -> None:
        """What came on its channel, in order: sent at once where that is possible, else by its task."""
        wanted = [record for record in records if self._wants(record)]
        if wanted and self.state is State.LIVE:
            self._size += sum(map(SIZE, wanted))
            if self._is_full(wanted):
                counted.overflowed.add()
                self.go_back()
            elif self._queue or self.short_cut is None or not self.short_cut(wanted):
                self._queue += wanted
                self._wake()
            else:
                self._size = 0

    def take(self) -> list[Record]:
        """Everything that is queued, in order."""
        records, self._queue, self._size = self._queue, [], 0
        return records

    async def next(self, *, within: float) -> list[Record]:
        """Everything that is queued; nothing when the time is over or it is not LIVE any more."""
        if not self._queue and self.state is State.LIVE:
            await self.change(within=within)
        return self.take()

    def change(self, *, within: float) -> Coroutine[None, None, None]:
        """Waits for a record or another state that comes after this call, `within` seconds at most."""
        self._waker = asyncio.get_running_loop().create_future()
        return _woken(self._waker, within)

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    def _wants(self, record: Record) -> bool:
        """Anybody may write to the log: no record may cost a stream the ones behind it."""
        try:
            if record.type == END_OF_CHANNEL:
                return self._end_if_named(record)
            return self.state is State.LIVE and self._is_new(record) and self.feed.wants(record)
        except Exception:
            logger.warning(
                "a stream passed over record %s-%s", record.partition, record.offset, exc_info=True
            )
            return False

    def _end_if_named(self, record: Record) -> bool:
        if self.feed.is_ended_by(record):
            self.end()
        return False

    def _is_new(self, record: Record) -> bool:
        return record.offset >= self._start.offset or record.partition != self._start.partition

    def _is_full(self, more: Sequence[Record]) -> bool:
        return len(self._queue) + len(more) > RECORDS or self._size > BYTES

    def _leave(self, state: State) -> None:
        if self.state is not State.ENDED:
            self.state = state
        self._clear()
        self._wake()

    def _clear(self) -> None:
        self._queue, self._size = [], 0


async def _woken(waker: asyncio.Future[None], within: float) -> None:
    # Not wait_for: up to Python 3.11 it loses a cancellation that comes together with the result, and a
    # stream whose client has gone would go on.
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await waker
