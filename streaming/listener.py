import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping

from streaming.broker.errors import BrokerError, PositionLostError
from streaming.broker.log_reader import LogReader
from streaming.record import Record

logger = logging.getLogger(__name__)
BATCH = 2000
UNTAKEN = 4
# A batch costs two switches between threads, however little is in it. What comes alone goes on at once;
# what follows within this time waits for the next batch.
PACE = 0.004
LOOK = 1.0


class Listener:
    """The one thread that reads the whole log for this process, and hands it over to the loop in batches.

    One call into the loop a batch, not a record. At most four batches wait there: beyond that reading
    pauses, and librdkafka's own bounded queue fills instead. `lost` is called on the loop when the log does
    not hold what should come next; then nothing is read until `assign`.
    """

    def __init__(
        self,
        open_reader: Callable[[], LogReader],
        *,
        take: Callable[[list[Record]], None],
        lost: Callable[[], None],
    ) -> None:
        self._open_reader = open_reader
        self._take = take
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._assigned: Mapping[int, int] | None = None
        self._assignment = 0
        self._room = threading.Semaphore(UNTAKEN)
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None
        # For whoever watches: where each partition ends, once a second; what the loop took last, and when.
        self.ends: Mapping[int, int] = {}
        self.taken = 0
        self.taken_at = 0.0
        self.last: Record | None = None
        self._asked_at = 0.0

    def start(self) -> None:
        """Raises BrokerRefusedError for a wrong option; from then on the reader is the thread's."""
        reader = self._open_reader()
        self._thread = threading.Thread(target=self._run, args=[reader], name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Joins the thread; blocks for up to some seconds, so not on the loop."""
        self._leaving.set()
        if self._thread is not None:
            self._thread.join(2)

    def assign(self, offsets: Mapping[int, int]) -> None:
        """From now on: these partitions, from there. What was read before and not yet taken is dropped."""
        with self._lock:
            self._assigned = offsets
            self._assignment += 1

    def _run(self, opened: LogReader) -> None:
        with opened as reader:
            current = 0
            while not self._leaving.is_set():
                try:
                    current = self._follow_assignment(reader, current)
                    self._hand_over(reader.read(BATCH, timeout=0.1), current)
                    self._note_ends(reader)
                except PositionLostError:
                    self._stand_still(current)
                except BrokerError:
                    logger.exception("listening goes on after an error")
                    self._leaving.wait(random.uniform(0.5, 1.5))

    def _follow_assignment(self, reader: LogReader, current: int) -> int:
        with self._lock:
            assigned, number = self._assigned, self._assignment
        if assigned is not None and number != current:
            reader.assign(assigned)
        return number

    def _note_ends(self, reader: LogReader) -> None:
        if time.monotonic() - self._asked_at > LOOK:
            self._asked_at, self.ends = time.monotonic(), reader.last_known_ends()

    def _stand_still(self, assignment: int) -> None:
        # In every partition: what was read together with the error is gone, and must not be passed over.
        while not self._leaving.is_set() and assignment == self._assignment:
            self._on_loop(self._lose, assignment)
            self._leaving.wait(random.uniform(0.5, 1.5))

    def _hand_over(self, records: list[Record], assignment: int) -> None:
        while records and not self._leaving.is_set():
            if self._room.acquire(timeout=0.5):
                self._on_loop(self._taken, records, assignment)
                self._leaving.wait(PACE)
                return

    def _taken(self, records: list[Record], assignment: int) -> None:
        self._room.release()
        if assignment == self._assignment:
            self._take(records)
            self.taken, self.taken_at, self.last = self.taken + len(records), time.time(), records[-1]

    def _lose(self, assignment: int) -> None:
        if assignment == self._assignment:
            self._lost()

    def _on_loop(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)
