import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import Enum

from streaming.feed import END_OF_CHANNEL, Feed
from streaming.position import Position
from streaming.record import Record

RECORDS = 512
BYTES = 1024 * 1024


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
        # Takes what is queued there and then, and says whether it could: else its task is woken.
        self.short_cut: Callable[[], bool] | None = None
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

    def offer(self, record: Record) -> None:
        """Queues it, if it is for this feed; `settle` comes after the last one of a batch."""
        if record.type == END_OF_CHANNEL:
            self._end_if_named(record)
        elif self.state is State.LIVE and not self._is_before(record) and self.feed.wants(record):
            self._push(record)

    def settle(self) -> None:
        """Sends what is queued on its way: at once where that is possible, else by the stream's task."""
        if self._queue and not (self.short_cut is not None and self.short_cut()):
            self._wake()

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

    def _end_if_named(self, record: Record) -> None:
        if self.feed.is_ended_by(record):
            self.end()

    def _is_before(self, record: Record) -> bool:
        return record.offset < self._start.offset and record.partition == self._start.partition

    def _push(self, record: Record) -> None:
        self._queue.append(record)
        self._size += record.size
        if len(self._queue) > RECORDS or self._size > BYTES:
            self.go_back()

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
