"""Appointments in the stack's database, held where a worker wants them: so it dies where we choose."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from tests.waiting import wait_until

CALL = "SELECT state FROM conversations_toolcall WHERE reply_id = %s"
HELD_UP = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s
"""


class Bookings:
    """The database as nobody's worker sees it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def make(self) -> int:
        """The number of a new appointment, free."""
        insert = """INSERT INTO booking_appointment (starts_at)
            SELECT coalesce(max(starts_at), now()) + interval '1 day' FROM booking_appointment RETURNING id"""
        return int(self._one(insert))

    def day(self, number: int) -> str:
        return str(
            self._one(
                "SELECT (starts_at AT TIME ZONE 'UTC')::date FROM booking_appointment WHERE id = %s", number
            )
        )

    def taken(self) -> list[tuple[int, str]]:
        """The numbers of those that are booked, and by whom."""
        query = """SELECT a.id, u.username FROM booking_appointment a
            JOIN conversations_user u ON u.id = a.user_id ORDER BY a.id"""
        with psycopg.connect(self._url) as connection:
            return connection.execute(query).fetchall()

    def wait_for_call(self, reply: str, state: str) -> None:
        query = partial(self._one, f"{CALL} AND state = %s", reply, state)
        wait_until(query, 20, what=f"a call that is {state}")

    def wait_for_lock(self, table: str) -> None:
        """Somebody waits for a row of that table."""
        wait_until(partial(self._one, HELD_UP, f"%{table}%"), 20, what=f"one who waits for {table}")

    @contextmanager
    def holding(self, table: str, identity: object) -> Iterator[None]:
        with psycopg.connect(self._url) as connection:
            connection.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [identity])
            yield

    def _one(self, query: str, *values: object) -> Any:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(query, values).fetchone()
            return row and row[0]
