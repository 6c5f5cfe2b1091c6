"""Which pooled connections are given out without being asked whether they are still there."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from chatbot.postgresql.patience import FRESH, PatientConnection
from tests.databases import database
from tests.waiting import wait_until

MOST_THAT_SELECT_KNOWS = 1024


@pytest.fixture(scope="module")
def url(template: str) -> Iterator[str]:
    with database(template) as url:
        yield url


def test_one_that_answered_a_moment_ago_is_fresh_and_later_it_is_not(url: str) -> None:
    with PatientConnection.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        was_fresh = connection.is_fresh

        wait_until(lambda: not connection.is_fresh, 2 * FRESH, what="it is to be asked again")
        assert was_fresh


def test_one_that_was_closed_by_postgresql_is_not_fresh(url: str) -> None:
    with (
        psycopg.connect(url, autocommit=True) as other,
        PatientConnection.connect(url, autocommit=True) as connection,
    ):
        connection.execute("SELECT 1")

        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

        assert not connection.is_fresh


def test_a_process_with_thousands_of_streams_has_fresh_ones_too(url: str) -> None:
    with ExitStack() as files:
        null = files.enter_context(Path(os.devnull).open("rb"))
        for _ in range(MOST_THAT_SELECT_KNOWS):
            files.callback(os.close, os.dup(null.fileno()))
        connection = files.enter_context(PatientConnection.connect(url, autocommit=True))
        connection.execute("SELECT 1")

        assert connection.fileno() >= MOST_THAT_SELECT_KNOWS
        assert connection.is_fresh
