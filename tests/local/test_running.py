"""One copy that runs: what it answers, and what it refuses to others."""

import os
import re
import signal
from pathlib import Path

import httpx

from tests.local.copy import Copy
from tests.local.processes import is_alive
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.waiting import wait_until


def test_it_prints_the_address_and_the_password_of_the_first_start(running: Copy) -> None:
    assert f"http://localhost:{running.port}/" in running.said
    assert re.search(r"account for /admin/ is `admin`, its password \S{16} ", running.said)


def test_the_terminal_stays_readable(running: Copy) -> None:
    running.get("/healthz")

    assert len(running.said.splitlines()) < 20
    assert "/healthz" not in running.said


def test_it_is_ready_when_it_says_so(running: Copy) -> None:
    assert running.get("/readyz").status_code == 200


def test_a_question_is_answered(running: Copy) -> None:
    token = running.manage("createtoken", "alice", "--create-user")

    with httpx.Client(
        base_url=f"http://127.0.0.1:{running.port}/api",
        headers={"Authorization": f"Bearer {token}"},
        verify=NO_TLS,
    ) as alice:
        conversation = alice.post("/conversations", json={"bot": "script"}).json()["id"]
        messages = f"/conversations/{conversation}/messages"
        question = {"text": "words=3 rate=50", "client_message_id": "0190a6a0-0000-7000-8000-000000000001"}
        assert alice.post(messages, json=question).status_code == 202

        wait_until(
            lambda: alice.get(messages).json()["items"][-1]["text"] == "w0 w1 w2", what="the answer is whole"
        )


def test_a_second_copy_on_the_same_folder_is_told_so(running: Copy) -> None:
    second = Copy(running.folder, free_port())
    second.start()

    assert second.status() == 1
    assert second.said.startswith("Another copy (process ")
    assert len(second.said.splitlines()) == 1
    assert running.get("/readyz").status_code == 200


def test_a_port_that_is_taken_is_one_sentence(running: Copy, tmp_path: Path) -> None:
    second = Copy(tmp_path / "data", running.port)
    second.start()

    assert second.status() == 1
    assert second.said.startswith(f"Port {running.port} can't be used (Address already in use): ")
    assert len(second.said.splitlines()) == 1


def test_a_killed_worker_is_started_again(running: Copy) -> None:
    (worker,) = running.pids("runbot")

    os.kill(worker, signal.SIGKILL)

    running.wait_for("The worker has ended with status 137; starting it again in ")
    wait_until(lambda: not is_alive(worker) and running.pids("runbot"), what="another worker is there")


def test_a_postgresql_that_dies_is_started_again(running: Copy) -> None:
    pid_file = running.folder / "postgres" / "postmaster.pid"
    killed = int(pid_file.read_text().split()[0])

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: "PostgreSQL has ended; starting it again." in running.said, what="it is noticed")
    wait_until(lambda: running.get("/readyz").status_code == 200, 20, what="it is ready again")
