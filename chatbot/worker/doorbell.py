import json
import logging
import random
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from uuid import UUID

from streaming.broker.errors import BrokerError
from streaming.broker.group_reader import GroupReader
from streaming.record import Record

logger = logging.getLogger(__name__)


class Doorbell:
    """The thread that hears `incoming-messages` and puts their conversations into the inbox.

    A record counts as handled once its conversation is in the inbox: the row makes its work safe, not the
    offset. While the inbox is full the partitions are paused, and polling goes on. A record that can't be
    read is buried, and its partition moves on.
    """

    def __init__(
        self,
        open_reader: Callable[[], GroupReader],
        *,
        offer: Callable[[UUID], bool],
        bury: Callable[[Record, str, str], bool],
    ) -> None:
        self._open_reader = open_reader
        self._offer = offer
        self._bury = bury
        self._held: deque[tuple[Record, Callable[[], bool]]] = deque()
        self._leaving = threading.Event()
        self._reader: GroupReader | None = None
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)

    def start(self) -> None:
        """Raises BrokerRefusedError when an option is wrong."""
        self._reader = self._open_reader()
        self._thread.start()

    @property
    def is_silent(self) -> bool:
        """Its thread has ended by itself, which it never should."""
        return self._reader is not None and not self._thread.is_alive() and not self._leaving.is_set()

    def stop(self) -> None:
        """Commits what was handled, leaves the group and joins the thread: may block for some seconds."""
        self._leaving.set()
        if self._reader is not None:
            self._thread.join(10)

    def _run(self) -> None:
        reader = self._reader
        assert reader is not None, "start() opens it"
        try:
            while not self._leaving.is_set():
                try:
                    self._hear(reader)
                except BrokerError as error:
                    logger.warning("the doorbell is silent: %s", error)
                    self._leaving.wait(random.uniform(0.5, 1.5))
        finally:
            reader.close()

    def _hear(self, reader: GroupReader) -> None:
        was_full = bool(self._held)
        record = reader.read(timeout=0.1 if was_full else 0.5)
        if record is not None:
            self._held.append((record, self._handling(record, reader.topic)))
        while self._held and self._held[0][1]():
            reader.handled(self._held.popleft()[0])
        if self._held:
            reader.pause()
        elif was_full:
            reader.resume()

    def _handling(self, record: Record, topic: str) -> Callable[[], bool]:
        """What is to be done with it, again and again until it says that it is done."""
        try:
            return partial(self._offer, conversation_of(record))
        except ValueError as error:
            return partial(self._bury, record, topic, str(error))


def conversation_of(record: Record) -> UUID:
    """Raises ValueError, with the reason, for a record that names none."""
    try:
        return UUID(json.loads(record.value or b"")["conversation_id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"no conversation_id in the record: {error!r}"[:500]) from error
