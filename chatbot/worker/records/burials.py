import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass

from streaming.record import Record

logger = logging.getLogger(__name__)
MOST = 100

Bury = Callable[[Record, str, str], Future[bool]]


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that could not be handled: which topic it was in, and why."""

    record: Record
    topic: str
    reason: str

    def __str__(self) -> str:
        return f"record {self.topic}-{self.record.partition}@{self.record.offset}"


class Burials:
    """Dead records on their way into PostgreSQL, beside a thread that reads on meanwhile.

    While PostgreSQL is away they wait here, 100 of them: one more is only logged. For one thread.
    """

    def __init__(self, bury: Bury) -> None:
        self._bury = bury
        self._under_way: dict[Future[bool], Dead] = {}
        self._waiting: list[Dead] = []
        self._due = 0.0

    def add(self, record: Record, topic: str, reason: str) -> None:
        dead = Dead(record, topic, reason)
        if len(self._waiting) + len(self._under_way) < MOST:
            self._waiting.append(dead)
        else:
            logger.error("%s is not kept: too many wait for PostgreSQL", dead)

    def look_after(self) -> None:
        """To be called again and again; blocks for nothing."""
        for burial in [each for each in self._under_way if each.done()]:
            self._settle(burial, self._under_way.pop(burial))
        if time.monotonic() >= self._due:
            for dead in self._waiting:
                self._under_way[self._bury(dead.record, dead.topic, dead.reason)] = dead
            self._waiting.clear()

    def _settle(self, burial: Future[bool], dead: Dead) -> None:
        try:
            is_kept = burial.result()
        except (Exception, CancelledError):
            logger.exception("%s could not be buried", dead)
            return
        if not is_kept:
            self._waiting.append(dead)
            self._due = time.monotonic() + random.uniform(0.5, 1.5)
