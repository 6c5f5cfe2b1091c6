"""Appointments in the stack's database, held where a worker wants them: so it dies where we choose."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from tests.reader.client import Reader
from tests.reader.transcript import Message
from tests.stack import Stack
from tests.waiting import wait_until

CALL = "SELECT state FROM conversations_toolcall WHERE reply_id = %s"
HELD_UP = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s
"""


class Bookings:
    """The database as nobody's worker sees it; `name` is alice's."""

    def __init__(self, url: str, name: str = "alice") -> None:
        self._url = url
        self.name = name

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

    @property
    def hers(self) -> list[int]:
        """The numbers of those that alice has."""
        return [number for number, name in self.taken() if name == self.name]

    def call(self, reply: str) -> str:
        """The id of its only call."""
        return str(self._one("SELECT id FROM conversations_toolcall WHERE reply_id = %s", reply))

    def let_time_pass(self, reply: str) -> None:
        """All that a person has for an answer."""
        update = "UPDATE conversations_toolcall SET deadline = now() - interval '1 second'"
        self._one(f"{update} WHERE reply_id = %s RETURNING id", reply)

    def wait_for_call(self, reply: str, state: str) -> None:
        query = partial(self._one, f"{CALL} AND state = %s", reply, state)
        wait_until(query, 20, what=f"a call that is {state}")

    def wait_for_lock(self, words: str, *, waiting: int = 1) -> None:
        """So many wait for a row, with statements of these words."""
        wait_until(
            lambda: self._one(HELD_UP, f"%{words}%") >= waiting, 20, what=f"{waiting} who wait for {words}"
        )

    @contextmanager
    def holding(self, table: str, identity: object) -> Iterator[None]:
        with psycopg.connect(self._url) as connection:
            connection.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [identity])
            yield

    def _one(self, query: str, *values: object) -> Any:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(query, values).fetchone()
            return row and row[0]


def asked(reader: Reader, text: str, *, bot: str = "knowledge") -> tuple[str, str]:
    """A conversation, and its reply once that waits for a person."""
    conversation = reader.start(bot=bot)
    reply = reader.say(conversation, text)
    reader.wait_for(lambda: _status(reader, reply) == "waiting", what="the question")
    return conversation, reply


def decide(reader: Reader, reply: str, decision: str) -> int:
    """The status of the answer."""
    path = f"/api/messages/{reply}/tools/1"
    return reader.http.post(path, json={"decision": decision}).status_code


def stop(reader: Reader, reply: str) -> None:
    reader.ask("POST", f"/api/messages/{reply}/cancel")


def states(finished: Message) -> list[str]:
    return [call["state"] for call in finished["tools"]]


def kill(stack: Stack) -> None:
    """The worker that runs, while another is about to start."""
    stack.add_worker()
    stack.workers[-2].kill()


def _status(reader: Reader, reply: str) -> str:
    message = reader.message(reply)
    return str(message["status"]) if message else ""
