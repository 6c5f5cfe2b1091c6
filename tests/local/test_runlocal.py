"""The start and the end of the whole service."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.databases import database
from tests.local.copy import Copy
from tests.port import free_port
from tests.waiting import wait_until

CREATE = "CREATE TABLE yesterday AS SELECT 'hello' AS said"


def asked(copy: Copy, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(copy.noted("DATABASE_URL")) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_later_start_is_quick_and_has_what_was_said_yesterday(copy: Copy) -> None:
    copy.start_and_wait()
    asked(copy, CREATE)
    assert copy.end() == 0

    begun = time.monotonic()
    copy.start_and_wait()
    took = time.monotonic() - begun

    assert took < 20  # about 3 s on a machine that does nothing else
    assert "password" not in copy.said
    assert asked(copy, "SELECT said FROM yesterday") == [("hello",)]
    assert copy.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_leaves_no_process_and_no_note_of_itself(copy: Copy, number: signal.Signals) -> None:
    copy.start_and_wait()
    assert len(copy.pids()) >= 4  # itself, web, worker, PostgreSQL

    copy.send(number)

    assert copy.status() == 0
    assert not copy.pids()
    assert not (copy.folder / "env").exists()


@pytest.mark.parametrize(
    "moment", ["Starting PostgreSQL", "Starting the broker", "Preparing tables", "Starting the web process"]
)
def test_ctrl_c_in_the_middle_of_the_start_leaves_no_process(fresh_copy: Copy, moment: str) -> None:
    fresh_copy.start()
    fresh_copy.wait_for(moment)

    assert fresh_copy.end() == 0
    assert not fresh_copy.pids()
    assert "Traceback" not in fresh_copy.said


def test_kill_9_takes_everything_along_and_the_next_start_works(copy: Copy) -> None:
    copy.start_and_wait()

    copy.send(signal.SIGKILL)
    copy.status()

    wait_until(lambda: not copy.pids(), what="nothing is left")
    copy.start_and_wait()
    assert copy.end() == 0


def test_with_a_database_of_ones_own_no_postgresql_is_started(tmp_path: Path, template: str) -> None:
    with database(template) as url:
        copy = Copy(tmp_path / "data", free_port(), DATABASE_URL=url)
        copy.start_and_wait()

        assert "Starting PostgreSQL" not in copy.said
        assert not (copy.folder / "postgres").exists()
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT username FROM conversations_user").fetchall()
        assert found == [("admin",)]
        assert copy.end() == 0


def test_with_a_broker_of_ones_own_none_is_started(used_folder: Path) -> None:
    given = {name: os.environ[name] for name in ("KAFKA_BOOTSTRAP_SERVERS", "STREAM_EPOCH")}
    copy = Copy(used_folder, free_port(), TOPIC_PREFIX="local-", **given)
    copy.start_and_wait()

    assert "Starting the broker" not in copy.said
    assert copy.end() == 0


def test_a_terminal_that_knows_a_copy_that_has_ended_can_start_the_next(used_folder: Path) -> None:
    left = {
        "DATABASE_URL": "postgresql://postgres@%2Fnowhere/postgres",
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CHATBOT_BROUGHT": "DATABASE_URL KAFKA_BOOTSTRAP_SERVERS",
    }
    copy = Copy(used_folder, free_port(), **left)

    copy.start_and_wait()

    assert copy.get("/readyz").json() == {"status": "ok"}
    assert copy.end() == 0


def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    nowhere = f"postgresql://alice:hidden@127.0.0.1:{free_port()}/chatbot"
    copy = Copy(tmp_path / "data", free_port(), DATABASE_URL=nowhere)
    copy.start()

    assert copy.status() == 1
    assert "PostgreSQL at DATABASE_URL can't be reached: " in copy.said
    assert "Traceback" not in copy.said
    assert "hidden" not in copy.said


def test_a_wrong_setting_is_one_sentence(used_folder: Path) -> None:
    copy = Copy(used_folder, free_port(), ALLOW_GUESTS="perhaps")
    copy.start()

    assert copy.status() == 1
    assert "ALLOW_GUESTS" in copy.said.splitlines()[-1]
    assert "Traceback" not in copy.said
