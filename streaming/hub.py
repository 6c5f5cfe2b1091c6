import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streaming.broker.murmur2 import partition_of
from streaming.feed import Feed
from streaming.position import Position
from streaming.recent import Recent
from streaming.record import Record
from streaming.subscription import Subscription

logger = logging.getLogger(__name__)
# Kept of the whole log: enough for the clients that come back within moments.
RECORDS = 100_000
BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the live end of each partition was at one moment."""

    epoch: str
    offsets: tuple[int, ...]

    def of(self, channel: str) -> Position:
        partition = partition_of(channel.encode(), len(self.offsets))
        return Position(self.epoch, partition, self.offsets[partition])


@dataclass(frozen=True, slots=True)
class Log:
    """The log as this process reads it: its epoch, and the newest records of each partition."""

    epoch: str
    recent: tuple[Recent, ...]

    def ends(self) -> Ends:
        return Ends(self.epoch, tuple(recent.end for recent in self.recent))

    def end(self, channel: str) -> Position:
        return self.ends().of(channel)


class Hub:
    """Who listens to which channel in this process, and what was last said on each.

    For the loop's thread only; `log` and its ends may be read from any thread. It is None until the broker
    was reached for the first time.
    """

    def __init__(self) -> None:
        self.log: Log | None = None
        self.is_leaving = False
        self.count = 0
        self._subscriptions: dict[bytes, set[Subscription]] = {}

    def begin(self, epoch: str, offsets: Mapping[int, int]) -> None:
        """The log is this one now, read from these offsets on: what was before is forgotten, and reset."""
        records, size = RECORDS // len(offsets), BYTES // len(offsets)
        self.log = Log(
            epoch, tuple(Recent(offsets[part], records=records, size=size) for part in sorted(offsets))
        )
        for subscription in self.everyone():
            subscription.reset()

    def deliver(self, records: Iterable[Record]) -> None:
        """Remembers each record, and gives whoever listens what is on its channel, all at once."""
        if self.log is None:
            return
        recent, subscriptions = self.log.recent, self._subscriptions
        heard: defaultdict[Subscription, list[Record]] = defaultdict(list)
        for record in records:
            recent[record.partition].append(record)
            for subscription in subscriptions.get(record.key, ()):
                heard[subscription].append(record)
        for subscription, its in heard.items():
            _give(subscription, its)

    def count_of(self, feed: Feed) -> int:
        return len(self._subscriptions.get(feed.key, ()))

    def subscribe(self, feed: Feed) -> Subscription:
        subscription = Subscription(feed)
        if self.is_leaving:
            subscription.end()
        self._subscriptions.setdefault(feed.key, set()).add(subscription)
        self.count += 1
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """May be called twice."""
        listeners = self._subscriptions.get(subscription.feed.key, set())
        if subscription not in listeners:
            return
        listeners.remove(subscription)
        self.count -= 1
        if not listeners:
            del self._subscriptions[subscription.feed.key]

    def everyone(self) -> list[Subscription]:
        return [one for listeners in self._subscriptions.values() for one in listeners]

    def end_all(self, *, within: float) -> None:
        """Ends every stream, at random moments spread over `within` seconds: no herd at the next process.

        One that is just being opened ends at once.
        """
        self.is_leaving = True
        loop = asyncio.get_running_loop()
        for subscription in self.everyone():
            loop.call_later(random.uniform(0, within), subscription.end)


def _give(subscription: Subscription, records: list[Record]) -> None:
    try:
        subscription.offer(records)
    except Exception:
        logger.warning("a stream ends after an error", exc_info=True)
        subscription.end()
