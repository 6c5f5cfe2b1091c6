import logging
import queue
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from conversations.models import Conversation, Message
from conversations.prepared import change
from streaming.current import Current

logger = logging.getLogger(__name__)
BATCH = 500
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Rev:
    """A row as of one of its revisions."""

    model: type[Message] | type[Conversation]
    id: object
    rev: int


class Acknowledgements:
    """Takes the mark off rows whose news the broker has; owns one thread.

    Up to 10,000 acknowledgements wait; one beyond that, or one that meets a database that is away, is
    dropped: its row stays marked, and the sweep tells it once more.
    """

    def __init__(self) -> None:
        self._waiting: queue.Queue[Rev | None] = queue.Queue(maxsize=10_000)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="acknowledgements", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits some seconds for PostgreSQL to hear of the rest; what it misses is told again."""
        self._leaving.set()
        with suppress(queue.Full):
            self._waiting.put(None, timeout=1)
        self._thread.join(2)

    @property
    def waiting(self) -> int:
        return self._waiting.qsize()

    def add(self, rev: Rev) -> None:
        try:
            self._waiting.put_nowait(rev)
        except queue.Full:
            logger.warning("too many acknowledgements wait for PostgreSQL: leaving one to the sweep")

    def _run(self) -> None:
        is_running = True
        while is_running:
            batch, is_running = self._batch()
            try:
                clear_marks(batch)
            except (DatabaseError, InterfaceError):
                logger.warning("%s acknowledgements were left to the sweep", len(batch), exc_info=True)
            except Exception:
                # Without this thread every row stays marked, and is told again and again.
                logger.exception("%s acknowledgements were left to the sweep", len(batch))
            finally:
                close_old_connections()
        connection.close()

    def _batch(self) -> tuple[list[Rev], bool]:
        """Whatever comes within a moment of the first; whether more may come."""
        batch = [self._waiting.get()]
        # One at a time each would be two statements; a mark that stays a little longer harms nobody.
        self._leaving.wait(PAUSE)
        while len(batch) < BATCH and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        return [rev for rev in batch if rev is not None], None not in batch


def clear_marks(revs: list[Rev]) -> None:
    """One statement a table. A row that has changed since keeps its mark."""
    told: dict[str, list[Rev]] = defaultdict(list)
    for rev in revs:
        told[rev.model._meta.db_table].append(rev)
    for table, rows in told.items():
        change(CLEAR.format(table=table), [[row.id for row in rows], [row.rev for row in rows]])


# Rows are locked in the order of their ids, as everywhere. They are found by their ids too: asked for marked
# rows, PostgreSQL would compare all of those, and there are many when Kafka was away.
CLEAR = """
WITH told AS (
    SELECT t.id, t.announce_since FROM {table} t
    JOIN unnest(%s::uuid[], %s::bigint[]) AS r(id, rev) USING (id, rev) ORDER BY t.id FOR UPDATE OF t
)
UPDATE {table} t SET announce_since = NULL FROM told WHERE t.id = told.id AND told.announce_since IS NOT NULL
"""

ledgers = Current[Acknowledgements]()
install = ledgers.install


def acknowledged(rev: Rev) -> None:
    """The broker has that news. Any thread; never blocks."""
    ledger = ledgers.get()
    if ledger is not None:
        ledger.add(rev)
