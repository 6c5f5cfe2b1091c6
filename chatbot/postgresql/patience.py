"""How long PostgreSQL may say nothing, before whoever waits for it is told that it can't be reached."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout

INTERVAL = 0.1
FRESH = 0.25
SERVING = 12.0  # more than the 10 s after which PostgreSQL gives up waiting for a lock


class PatientConnection(Connection[Any]):
    """A connection that breaks when PostgreSQL says nothing for `patience` seconds; None: never.

    The kernel notices a network that drops. It does not notice a PostgreSQL, or a pooler before it, that is
    connected and silent: without this a thread would wait for it for ever.
    """

    patience: float | None = None
    _answered_at = -FRESH

    def wait(self, gen: PQGen[Any], interval: float = INTERVAL, timeout: float | None = None) -> Any:
        patience = self.patience if timeout is None else timeout
        try:
            answer = super().wait(gen, interval, patience)
        except _WaitTimeout as error:
            self.close()
            raise OperationalError(f"PostgreSQL said nothing for {patience:g} s: given up") from error
        self._answered_at = time.monotonic()
        return answer

    @property
    def is_fresh(self) -> bool:
        """It answered a moment ago, and has said nothing since, as one does that was closed."""
        return time.monotonic() < self._answered_at + FRESH and not _has_news(self.fileno())

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Waits for so long, for once."""
        usual, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = usual


def _has_news(file: int) -> bool:
    # Not `select`, which knows no file beyond the 1,024th: a process has thousands of streams open.
    watched = poll()
    watched.register(file, POLLIN)
    return bool(watched.poll(0))


def limit_waits() -> None:
    """Of each statement of this process, which serves; a migration takes as long as it takes."""
    PatientConnection.patience = SERVING
