"""Django's PostgreSQL backend, whose pool recovers at once when PostgreSQL is back."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Error, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives out the first pooled connection that answers.

    After a restart of PostgreSQL all pooled ones are dead, and the oldest comes first. The pool's own check
    waits for a second or two after each dead one, within the same three seconds: a few of them, and a request
    fails although PostgreSQL is there. Here a dead one costs nothing: it is replaced, and the next is asked.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool is None:  # as for the connection that makes and drops databases
            return super().get_new_connection(conn_params)
        for _ in range(self.pool.max_size + 1):
            connection = super().get_new_connection(conn_params)
            if _answers(connection):
                return connection
            self.pool.putconn(connection)
        raise OperationalError("PostgreSQL breaks each connection as soon as it is made")


def _answers(connection: "Connection[Any]") -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        return False
    return True
