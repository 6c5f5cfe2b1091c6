"""Django's PostgreSQL backend, whose pool recovers at once when PostgreSQL is back."""

import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Error, OperationalError
from psycopg_pool import ConnectionPool

from chatbot.postgresql.patience import PatientConnection

ANSWERS_WITHIN = 2.0
FOUND_WITHIN = 4.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives out the first pooled connection that answers within 2 s.

    After a restart of PostgreSQL all pooled ones are dead, and the oldest comes first. The pool's own check
    waits for a second or two after each dead one, within the same three seconds: a few of them, and a request
    fails although PostgreSQL is there. Here a dead one costs nothing: it is replaced, and the next is asked.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool is None:  # as for the connection that makes and drops databases
            return super().get_new_connection(conn_params)
        deadline = time.monotonic() + FOUND_WITHIN
        while time.monotonic() < deadline:
            connection = super().get_new_connection(conn_params)
            if _answers(connection):
                return connection
            self.pool.putconn(connection)
        raise OperationalError(f"PostgreSQL did not answer on any connection for {FOUND_WITHIN:g} s")


def _answers(connection: PatientConnection) -> bool:
    try:
        with connection.patient(ANSWERS_WITHIN):
            ConnectionPool.check_connection(connection)
    except Error:
        return False
    return True
