import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable

from chatbot.worker.records.handling import Bury, Handling, Offer
from streaming.broker.errors import BrokerError
from streaming.broker.group_reader import GroupReader
from streaming.record import Record

logger = logging.getLogger(__name__)


class Doorbell:
    """The thread that hears `incoming-messages` and puts their conversations into the inbox.

    A record counts as handled once its conversation is in the inbox: the row makes its work safe, not the
    offset. While that has to wait, for room in the inbox or for another try, the record's partition is
    paused: the others, and polling, go on. A record that can't be handled is buried, and its partition
    moves on.
    """

    def __init__(self, open_reader: Callable[[], GroupReader], *, offer: Offer, bury: Bury) -> None:
        self.turned_at = time.monotonic()
        self._open_reader = open_reader
        self._offer = offer
        self._bury = bury
        self._held: dict[int, deque[Handling]] = {}
        self._paused: set[int] = set()
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
        """Commits what was handled, leaves the group and joins the thread: 5 s while Kafka is away."""
        self._leaving.set()
        if self._reader is not None:
            self._thread.join(5)

    def _run(self) -> None:
        reader = self._reader
        assert reader is not None, "start() opens it"
        try:
            while not self._leaving.is_set():
                self._turn(reader)
                self.turned_at = time.monotonic()
        finally:
            reader.close()

    def _turn(self, reader: GroupReader) -> None:
        try:
            self._hear(reader)
        except BrokerError as error:
            logger.warning("the doorbell is silent: %s", error)
            self._leaving.wait(random.uniform(0.5, 1.5))
        except Exception:
            # Without this thread only the sweep finds work.
            logger.exception("the doorbell goes on after an error")
            self._leaving.wait(random.uniform(0.5, 1.5))

    def _hear(self, reader: GroupReader) -> None:
        record = reader.read(timeout=0.1 if self._held else 0.5)
        if record is not None:
            self._hold(record, reader.topic)
        for partition in list(self._held):
            self._work_off(reader, partition)

    def _hold(self, record: Record, topic: str) -> None:
        handling = Handling(record, topic, offer=self._offer, bury=self._bury)
        self._held.setdefault(record.partition, deque()).append(handling)

    def _work_off(self, reader: GroupReader, partition: int) -> None:
        waiting = self._held[partition]
        while waiting and waiting[0].is_done():
            reader.handled(waiting.popleft().record)
        if waiting:
            # Each time: a partition that was taken away and given back is no longer paused.
            self._paused.add(partition)
            reader.pause(partition)
            return
        del self._held[partition]
        if partition in self._paused:
            self._paused.remove(partition)
            reader.resume(partition)
