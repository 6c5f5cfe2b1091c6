import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from chatbot.local.failure import CannotRunError, DiskFullError
from chatbot.local.interruption import StoppedError
from chatbot.local.postgres import EmbeddedPostgres
from tests.local.processes import processes_with
from tests.waiting import wait_until

STARTER = """
import sys, time
from pathlib import Path
from chatbot.local.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
postgres.start()
print(postgres.url, flush=True)
time.sleep(600)
"""


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def started(folder: Path) -> EmbeddedPostgres:
    postgres = EmbeddedPostgres(folder)
    postgres.start()
    return postgres


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    postgres = started(tmp_path / "postgres")
    ask(postgres.url, "CREATE TABLE said AS SELECT 'yesterday' AS what")
    postgres.stop()

    postgres.start()

    assert ask(postgres.url, "SELECT what FROM said") == [("yesterday",)]
    postgres.stop()


def test_stopping_ends_open_sessions_and_leaves_no_process(tmp_path: Path) -> None:
    postgres = started(tmp_path / "postgres")
    with psycopg.connect(postgres.url):
        assert processes_with(str(tmp_path))

        postgres.stop()

        assert not processes_with(str(tmp_path))


def test_no_tcp_port_is_opened(tmp_path: Path) -> None:
    postgres = started(tmp_path / "postgres")

    assert ask(postgres.url, "SHOW listen_addresses") == [("",)]
    postgres.stop()


def test_a_folder_with_a_long_name_works_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()

    postgres = started(folder / "postgres")

    assert ask(postgres.url, "SELECT 1") == [(1,)]
    postgres.stop()


def test_a_server_that_a_killed_run_has_left_does_not_hinder_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    command = [sys.executable, "-c", STARTER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        ask(killed.stdout.readline().strip(), "CREATE TABLE kept ()")

        killed.kill()
        postgres = started(folder)

    assert ask(postgres.url, "SELECT count(*) FROM kept") == [(0,)]
    postgres.stop()
    assert not processes_with(str(folder))


def test_a_server_that_runs_on_is_stopped_and_replaced(tmp_path: Path) -> None:
    left = started(tmp_path / "postgres")

    postgres = started(tmp_path / "postgres")

    assert ask(postgres.url, "SELECT 1") == [(1,)]
    postgres.stop()
    left.stop()


def test_data_of_another_version_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(CannotRunError, match="is PostgreSQL 15's, and this is PostgreSQL 18"):
        started(tmp_path / "postgres")


def test_damaged_data_is_one_sentence_with_what_postgresql_said(tmp_path: Path) -> None:
    postgres = started(tmp_path / "postgres")
    postgres.stop()
    (tmp_path / "postgres" / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(CannotRunError, match=r"PostgreSQL did not start: .*FATAL"):
        postgres.start()


@pytest.mark.parametrize("sight", [".", "postgres.new/PG_VERSION", "postgres", "postgres/postmaster.pid"])
def test_a_start_that_is_given_up_leaves_no_process_and_can_be_repeated(tmp_path: Path, sight: str) -> None:
    def give_up() -> None:
        if (tmp_path / sight).exists():
            raise StoppedError

    impatient = EmbeddedPostgres(tmp_path / "postgres", check=give_up)
    with pytest.raises(StoppedError):
        impatient.start()

    wait_until(lambda: not processes_with(str(tmp_path)), 5, what="the last process is gone")
    postgres = started(tmp_path / "postgres")
    assert ask(postgres.url, "SELECT 1") == [(1,)]
    postgres.stop()


def test_a_disk_that_fills_up_is_one_sentence(tmp_path: Path) -> None:
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=8m", "none", mounted], check=False)
    if not made or made.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        with pytest.raises(DiskFullError):
            started(mounted / "postgres")
    finally:
        subprocess.run(["umount", mounted], check=True)


def test_somebody_without_the_right_to_enter_does_not_get_in(tmp_path: Path) -> None:
    postgres = started(tmp_path / "postgres")

    assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0
    postgres.stop()
