"""PostgreSQL stops, starts, or says nothing: what was confirmed is kept, and all goes on by itself."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from chatbot.local.postgres import EmbeddedPostgres
from tests.brokers import embedded
from tests.end_to_end.test_answers import has_said, script, told
from tests.faults.bed import Bed
from tests.faults.conftest import bed_on
from tests.faults.idleness import cpu_share
from tests.faults.wire import Wire
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.waiting import wait_until

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT


class Postgres:
    """One to stop, as its own tools stop it."""

    def __init__(self, folder: Path) -> None:
        self._pid_file = folder / "postgres" / "postmaster.pid"
        self._server = EmbeddedPostgres(folder / "postgres")

    def __enter__(self) -> "Postgres":
        self._server.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def stop(self, how: signal.Signals) -> None:
        os.kill(int(self._pid_file.read_text().split()[0]), how)
        wait_until(lambda: self._server.has_ended, what="the end of PostgreSQL")

    def start(self) -> None:
        self._server.start_again()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="chatbot-") as folder, Postgres(Path(folder)) as postgres:
        yield postgres


@pytest.fixture(scope="module")
def whole_bed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    folder = tmp_path_factory.mktemp("bed")
    with Wire() as unused, bed_on(postgres.url, (embedded(), unused), folder) as bed:
        bed.manage("migrate", "--verbosity=0")
        bed.web(bed.to_postgres)
        yield bed


@pytest.fixture
def alice(bed: Bed) -> Iterator[Reader]:
    with bed.reader() as alice:
        yield alice


def ready(bed: Bed) -> httpx.Response:
    return httpx.get(f"{bed.base_url}/readyz", timeout=10, verify=NO_TLS)


def post(alice: Reader, conversation: str, said: dict[str, str]) -> httpx.Response:
    return alice.http.post(f"/api/conversations/{conversation}/messages", json=said)


def question(text: str = "words=2") -> dict[str, str]:
    return {"text": text, "client_message_id": str(uuid4())}


@pytest.mark.parametrize("how", [FAST, IMMEDIATE])
def test_an_answer_goes_on_over_a_restart_of_postgresql(
    bed: Bed, alice: Reader, postgres: Postgres, how: signal.Signals
) -> None:
    bed.worker()
    conversation = alice.start(bot="script")
    reply = alice.say(alice.start(bot="script"), "words=80 rate=20")
    confirmed = [alice.say(conversation, "words=2") for _ in range(5)]
    alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

    postgres.stop(how)
    said = question()
    refused = post(alice, conversation, said)
    postgres.start()
    again = post(alice, conversation, said)
    finished = alice.finished(reply)
    ends = [alice.finished(each)["text"] for each in [*confirmed, again.json()["reply"]["id"]]]

    assert (refused.status_code, again.status_code) == (503, 202)
    assert int(refused.headers["Retry-After"]) >= 1
    assert (finished["text"], finished["attempt"]) == (script(80), 1)
    assert told(alice.events(reply)) == script(80)
    assert ends == [script(2)] * 6


def test_a_longer_outage_is_waited_for_in_peace(bed: Bed, alice: Reader, postgres: Postgres) -> None:
    worker = bed.worker()
    web = bed.webs[0].process
    reply = alice.say(alice.start(bot="script"), "words=240 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

    postgres.stop(FAST)
    shares = cpu_share(worker.pid, web.pid, seconds=9)
    while_away = ready(bed)
    log = bed.log_of(worker)
    wait_until(lambda: f"reply {reply} is no longer ours" in log.read_text(), 5, what="it stopped")
    postgres.start()
    begun = time.monotonic()
    read = alice.http.get("/api/conversations")
    took = time.monotonic() - begun
    finished = alice.finished(reply, within=40)

    assert max(shares) < 0.2, "a busy loop"
    assert (while_away.status_code, while_away.json()["reason"].split()[0]) == (503, "PostgreSQL")
    assert (read.status_code, took < 3) == (200, True)
    assert (finished["text"], finished["status"]) == (script(240), "complete")
    assert (worker.poll(), web.poll()) == (None, None)


def test_streams_go_on_while_the_database_says_nothing(bed: Bed, alice: Reader) -> None:
    bed.worker()
    conversation = alice.start(bot="script")
    reply = alice.say(conversation, "words=80 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

    bed.to_postgres.stall()
    says = ready(bed)
    read = alice.http.get("/api/conversations")
    finished = alice.finished(reply, within=10)
    bed.to_postgres.mend()
    next_one = alice.finished(alice.say(conversation, "words=3"))

    assert finished["text"] == told(alice.events(reply)) == script(80)
    assert (says.status_code, read.status_code) == (503, 503), "each within 10 s"
    assert next_one["text"] == script(3)


def test_connections_that_break_again_and_again_lose_nothing(bed: Bed, alice: Reader) -> None:
    bed.worker(bed.to_postgres)
    conversation = alice.start(bot="script")
    reply = alice.say(conversation, "words=100 rate=25")

    for words in (10, 40, 70):
        alice.wait_for(partial(has_said, alice, reply, words), what=f"{words} words")
        bed.to_postgres.cut()
        assert post(alice, conversation, question()).status_code == 202
    finished = alice.finished(reply)

    assert (finished["text"], finished["attempt"]) == (script(100), 1)


def test_a_slow_network_to_the_database_is_only_slower(bed: Bed, alice: Reader) -> None:
    bed.worker(bed.to_postgres)
    bed.to_postgres.delay = 0.02

    finished = alice.finished(alice.say(alice.start(bot="script"), "words=20 rate=50"), within=15)

    assert (finished["text"], finished["attempt"]) == (script(20), 1)


def test_conversations_that_a_sleeper_keeps_locked_hold_up_nobody_else(
    bed: Bed, alice: Reader, postgres: Postgres
) -> None:
    """More of them than a worker has threads for the database."""
    locked = [alice.start(bot="script") for _ in range(12)]
    asked = [alice.say(conversation, "words=2") for conversation in locked]
    with psycopg.connect(postgres.url) as sleeper:
        sleeper.execute("SELECT FROM conversations_conversation WHERE id = ANY(%s) FOR UPDATE", [locked])
        bed.worker()
        reply = alice.say(alice.start(bot="script"), "words=240 rate=20")
        quick = [alice.finished(alice.say(alice.start(bot="script"), "words=2"), within=4) for _ in range(5)]
        finished = alice.finished(reply, within=25)
        sleeper.rollback()
    ends = [alice.finished(each)["text"] for each in asked]

    assert [each["text"] for each in quick] == [script(2)] * 5
    assert (finished["text"], finished["attempt"]) == (script(240), 1)
    assert ends == [script(2)] * 12
