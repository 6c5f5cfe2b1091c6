import json
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from uuid import UUID

from django.db import InterfaceError, OperationalError

from streaming.broker.errors import BrokerUnavailableError
from streaming.record import Record

logger = logging.getLogger(__name__)
MOST_TRIES = 3
GRACE = 0.05  # for a burial: most are over by then, and their partition need not be paused
AWAY = (OperationalError, InterfaceError, BrokerUnavailableError)

Offer = Callable[[UUID], bool]
Bury = Callable[[Record, str, str], Future[bool]]


class UnreadableError(ValueError):
    """The record names no conversation."""


class Handling:
    """What is done with one doorbell, again and again until it is done: its conversation goes into the inbox.

    A record that names none is buried, and so is one at which the inbox raised three times, with jittered
    pauses between. A full inbox, and PostgreSQL or Kafka being away, is waiting, and fails nothing.
    """

    def __init__(self, record: Record, topic: str, *, offer: Offer, bury: Bury) -> None:
        self.record = record
        self._topic = topic
        self._offer = offer
        self._bury = bury
        self._tries = 0
        self._due = 0.0
        self._reason = ""
        self._burial: Future[bool] | None = None

    def is_done(self) -> bool:
        """Whether the partition may move on. Never raises, and blocks for 50 ms at most."""
        if time.monotonic() < self._due:
            return False
        if not self._reason and self._is_heard():
            return True
        return bool(self._reason) and self._is_buried()

    def _is_heard(self) -> bool:
        try:
            return self._offer(conversation_of(self.record))
        except UnreadableError as error:
            self._reason = str(error)
        except AWAY as error:
            self._wait(f"waits: {error}")
        except Exception as error:
            logger.exception("%s could not be handled", self)
            if self._has_failed_for_good():
                self._reason = f"handling it failed {MOST_TRIES} times: {error!r}"[:500]
                self._tries = 0
        return False

    def _is_buried(self) -> bool:
        try:
            return self._has_grave()
        except Exception:
            logger.exception("%s could not be buried", self)
            return self._has_failed_for_good()

    def _has_grave(self) -> bool:
        if self._burial is None:
            self._burial = self._bury(self.record, self._topic, self._reason)
        if wait([self._burial], timeout=GRACE).not_done:
            return False
        burial, self._burial = self._burial, None
        is_kept = burial.result()
        if not is_kept:
            self._wait("waits for PostgreSQL")
        return is_kept

    def _has_failed_for_good(self) -> bool:
        self._tries += 1
        self._due = time.monotonic() + random.uniform(0.2, 0.6) * 2**self._tries
        return self._tries == MOST_TRIES

    def _wait(self, why: str) -> None:
        logger.warning("%s %s", self, why)
        self._due = time.monotonic() + random.uniform(0.5, 1.5)

    def __str__(self) -> str:
        return f"record {self._topic}-{self.record.partition}@{self.record.offset}"


def conversation_of(record: Record) -> UUID:
    """Raises UnreadableError, with the reason, for a record that names none."""
    try:
        return UUID(json.loads(record.value or b"")["conversation_id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"no conversation_id in the record: {error!r}"[:500]) from error
