"""How long PostgreSQL may say nothing, before whoever waits for it is told that it can't be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout

INTERVAL = 0.1
SERVING = 12.0  # more than the 10 s after which PostgreSQL gives up waiting for a lock


class PatientConnection(Connection[Any]):
    """A connection that breaks when PostgreSQL says nothing for `patience` seconds; None: never.

    The kernel notices a network that drops. It does not notice a PostgreSQL, or a pooler before it, that is
    connected and silent: without this a thread would wait for it for ever.
    """

    patience: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = INTERVAL, timeout: float | None = None) -> Any:
        patience = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, patience)
        except _WaitTimeout as error:
            self.close()
            raise OperationalError(f"PostgreSQL said nothing for {patience:g} s: given up") from error

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Waits for so long, for once."""
        usual, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = usual


def limit_waits() -> None:
    """Of each statement of this process, which serves; a migration takes as long as it takes."""
    PatientConnection.patience = SERVING
