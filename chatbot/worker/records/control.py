import json
import logging
import random
import threading
import time
from collections.abc import Callable
from uuid import UUID

from chatbot.worker.records.burials import Burials, Bury
from streaming.broker.errors import BrokerError, PositionLostError
from streaming.broker.log_reader import LIVE_END, LogReader
from streaming.broker.topics import TopicIdentity, Topics
from streaming.record import Record

logger = logging.getLogger(__name__)
BATCH = 500
TURN = 0.2
WATCH = 3.0
FIRST_WATCH = 1.0
STOPPING = 3.0  # a Kafka that is away can hold the thread for longer: it ends with the process


class Control:
    """The thread that reads the whole of `bot-control` from its live end: which answers to stop now.

    It is the fast path alone. What it misses (before its start, while Kafka is away, where the log has lost
    its place) the next heartbeat's answer tells. Every worker reads every record; `cancel` is called on this
    thread, also for replies that are nowhere near. A record that can't be read is buried and passed over.
    """

    def __init__(
        self,
        open_reader: Callable[[], LogReader],
        topics: Topics,
        *,
        cancel: Callable[[UUID], None],
        bury: Bury,
    ) -> None:
        self._open_reader = open_reader
        self._topics = topics
        self._cancel = cancel
        self._burials = Burials(bury)
        self._identity: TopicIdentity | None = None
        self._next: dict[int, int] = {}
        self._is_lost = False
        self._look_at = 0.0
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises BrokerRefusedError when an option is wrong; from then on the reader is the thread's."""
        reader = self._open_reader()
        self._thread = threading.Thread(target=self._run, args=[reader], name="control", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Joins the thread: may block for some seconds, while Kafka is away."""
        self._leaving.set()
        if self._thread is not None:
            self._thread.join(STOPPING)

    def _run(self, opened: LogReader) -> None:
        with opened as reader:
            while not self._leaving.is_set():
                try:
                    self._turn(reader)
                except Exception:
                    # Without this thread an answer stops with the next heartbeat only.
                    logger.exception("control goes on after an error")
                    self._leaving.wait(random.uniform(0.5, 1.5))

    def _turn(self, reader: LogReader) -> None:
        try:
            self._follow(reader)
            for record in reader.read(BATCH, timeout=TURN):
                self._heed(record, reader.topic)
        except PositionLostError as error:
            logger.warning("control goes on from its live end: %s", error)
            self._next.pop(error.partition, None)
            self._is_lost = True
        except BrokerError as error:
            logger.warning("answers are stopped by heartbeats alone for now: %s", error)
            self._leaving.wait(random.uniform(0.5, 1.5))
        self._burials.look_after()

    def _follow(self, reader: LogReader) -> None:
        """librdkafka does not notice a topic that was made anew."""
        now = self._identity
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + random.uniform(0.8, 1.2) * (WATCH if now else FIRST_WATCH)
            now = self._topics.identify(reader.topic)
        if now is not None and (self._is_lost or now != self._identity):
            reader.assign(self._places(now))
            self._identity, self._is_lost = now, False

    def _places(self, now: TopicIdentity) -> dict[int, int]:
        """At first the live end; where it was, in a topic that grew; the beginning of whatever is new."""
        known = self._identity
        if known is None:
            return dict.fromkeys(range(now.partitions), LIVE_END)
        if known.id != now.id:
            self._next.clear()
            return dict.fromkeys(range(now.partitions), 0)
        unread = {part: LIVE_END if part < known.partitions else 0 for part in range(now.partitions)}
        return {**unread, **self._next}

    def _heed(self, record: Record, topic: str) -> None:
        self._next[record.partition] = record.offset + 1
        try:
            reply = reply_of(record)
        except ValueError as error:
            self._burials.add(record, topic, str(error))
        else:
            self._cancel(reply)


def reply_of(record: Record) -> UUID:
    """Raises ValueError, with the reason, for a record that names none."""
    try:
        return UUID(json.loads(record.value or b"")["cancel"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"no reply to cancel in the record: {error!r}"[:500]) from error
