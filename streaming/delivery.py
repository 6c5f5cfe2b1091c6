import asyncio
import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf

from streaming.archive import Archive
from streaming.broker.errors import BrokerError, BrokerUnavailableError
from streaming.broker.log_reader import LogReader
from streaming.broker.options import BrokerOptions
from streaming.broker.topics import TopicIdentity, Topics
from streaming.current import Current
from streaming.hub import Hub, Log
from streaming.lag import LagWatch
from streaming.listener import Listener
from streaming.position import Position, epoch_of
from streaming.tail import UnusablePositionError, place_in

logger = logging.getLogger(__name__)
WATCH = 3.0
STOPPING = 2.0
# Read before the first stream is opened: after a deploy everybody comes back from moments ago.
PRELOADED = 25_000
CATCHING_UP = 5.0
SETTLED = 10.0  # more than the producers' `topic.metadata.refresh.interval.ms`


class Delivery:
    """Everything that brings the log to this process's streams: made, started and stopped by the lifespan.

    Owns the listener's thread, the archive's thread, and a task that asks every three seconds which log this
    is (librdkafka does not notice a topic that was made anew). The broker may be away at the start, and go
    and come later: `is_connected` tells, and open streams stay.
    """

    def __init__(
        self, options: BrokerOptions, topic: str, *, fixed_epoch: str = "", preloaded: int = PRELOADED
    ) -> None:
        self.hub = Hub()
        # It reads what is there already, one place after the other: nothing to wait for.
        self.archive = Archive(lambda: LogReader(options, topic, wait_ms=10))
        self.is_connected = False
        self._has_looked = asyncio.Event()
        self._topic = topic
        self._preloaded = preloaded
        self._topics = Topics(options, fixed_id=fixed_epoch)
        self._listener = Listener(
            lambda: LogReader(options, topic), take=self.hub.deliver, lost=self._lose_place
        )
        self.lag = LagWatch(self.hub, self._listener)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="topic-watch")
        self._identity: TopicIdentity | None = None
        self._ends: dict[int, int] = {}
        self._is_lost = False
        self._grown_at = inf
        self._look_now = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises BrokerRefusedError for a wrong option; then nothing of it is left running."""
        try:
            self.archive.start()
            self._listener.start()
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_watch(), name="topic-watch")

    @property
    def has_looked(self) -> bool:
        """Whether it is known by now if the broker is there."""
        return self._has_looked.is_set()

    async def looked(self, *, within: float) -> None:
        """Returns once that is known, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._has_looked.wait()

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch], timeout=STOPPING)
        await asyncio.to_thread(self._listener.stop)
        await asyncio.to_thread(self.archive.stop)
        self._executor.shutdown(wait=False, cancel_futures=True)

    @property
    def taken(self) -> int:
        """How many records of the log this process has read."""
        return self._listener.taken

    @property
    def is_leaving(self) -> bool:
        return self.hub.is_leaving

    def leave(self, *, within: float) -> None:
        """Takes no more streams, and ends those that are open, spread over `within` seconds."""
        self.hub.end_all(within=within)

    def position(self, channel: str) -> str | None:
        """The live end of the channel's log here, as an id; None while the broker is away. Any thread."""
        log = self.hub.log
        return str(log.end(channel)) if log is not None and self.is_connected else None

    def settled(self, positions: list[str], channel: str, *, live: str) -> str | None:
        """The earliest of `live` and those of `positions` that a stream can go on from.

        Any thread but the loop's; waits for the broker 1 s at most.
        """
        log = self.hub.log
        if log is None or not self.is_connected:
            return None
        end = log.end(channel)
        usable = [place for text in [live, *positions] if (place := self._usable(text, log, end)) is not None]
        return str(min(usable, key=lambda place: place.offset, default=end))

    def _usable(self, text: str, log: Log, live: Position) -> Position | None:
        try:
            place = place_in(live, text)
        except UnusablePositionError:
            return None
        if place.offset >= log.recent[place.partition].floor:
            return place
        return place if place.offset >= self._first_offset(place.partition) else None

    def _first_offset(self, partition: int) -> float:
        try:
            return self.archive.bounds(partition).result(timeout=1)[0]
        except (BrokerError, TimeoutError):
            return inf

    async def _keep_watch(self) -> None:
        while True:
            try:
                await self._look()
            except BrokerError as error:
                self._report(connected=False, why=str(error))
            except Exception:
                logger.exception("the watch over the log goes on after an error")
                self._report(connected=False, why="its topic could not be looked at")
            # Not wait_for: up to Python 3.11 it loses a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH * random.uniform(0.8, 1.2)):
                    await self._look_now.wait()
            self._look_now.clear()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        identity = await loop.run_in_executor(self._executor, self._topics.identify, self._topic)
        if self._is_lost or self._has_changed(identity):
            await self._begin_when_known(identity)
        self._report(connected=True, why="")

    def _has_changed(self, identity: TopicIdentity) -> bool:
        """A topic that grew counts as another one only once every producer knows, and moves its keys."""
        if self._identity is None or identity.id != self._identity.id:
            return True
        if identity == self._identity:
            self._grown_at = inf
            return False
        self._grown_at = min(self._grown_at, time.monotonic())
        return time.monotonic() - self._grown_at > SETTLED

    async def _begin_when_known(self, identity: TopicIdentity) -> None:
        try:
            await self._begin(identity)
        except BrokerUnavailableError:
            if self._identity is None or identity.id != self._identity.id:
                raise
            # The clients have not heard of new partitions yet. What they read meanwhile is still right.
            logger.info("the log has changed, and can't be read as a whole yet")

    async def _begin(self, identity: TopicIdentity) -> None:
        offsets = {
            partition: await self._start_of(partition, identity) for partition in range(identity.partitions)
        }
        self.hub.begin(epoch_of(identity.id, identity.partitions), offsets)
        self._listener.assign(offsets)
        if self._identity is None:
            await self._catch_up()
        self._identity, self._is_lost = identity, False

    async def _catch_up(self) -> None:
        """Until the newest records are in memory: for those who come back from a process before this one."""
        log = self.hub.log
        assert log is not None, "it has just begun"
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCHING_UP):
                while any(recent.end < self._ends[part] for part, recent in enumerate(log.recent)):
                    await asyncio.sleep(0.02)

    async def _start_of(self, partition: int, identity: TopicIdentity) -> int:
        """At first from just before the log's end. Later: from where this process was, if the log still
        holds that.
        """
        first, end = await asyncio.wrap_future(self.archive.bounds(partition))
        self._ends[partition] = end
        if self._identity is None:
            return max(first, end - self._preloaded // identity.partitions)
        recent = self.hub.log.recent if self.hub.log is not None else ()
        if identity.id != self._identity.id or partition >= len(recent):
            return first
        # A log cut short goes on from its end: its readers are reset, and have no use for what is past.
        return min(max(recent[partition].end, first), end)

    def _lose_place(self) -> None:
        self._is_lost = True
        self._look_now.set()

    def _report(self, *, connected: bool, why: str) -> None:
        if connected != self.is_connected:
            logger.info("the broker is there") if connected else logger.warning("the broker is away: %s", why)
        self.is_connected = connected
        self._has_looked.set()


deliveries = Current[Delivery]()
current, install = deliveries.get, deliveries.install
