"""What a worker tells of itself, at a port of its own."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.stranger import a_stranger
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.reader.client import Reader
from tests.stack import HOST, Stack
from tests.waiting import wait_until
from tests.web.gunicorn import TOKEN, Figures, figures

PORT = free_port()
ADDRESS = f"http://{HOST}:{PORT}"


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), embedded_broker, url)
        stack.environ |= {"WORKER_METRICS_PORT": str(PORT), "METRICS_TOKEN": TOKEN, "WORKER_CONCURRENCY": "7"}
        with stack:
            wait_until(lambda: is_there("chatbot_backlog_age_seconds"), 20, what="the worker's figures")
            yield stack


@pytest.fixture
def alice(stack: Stack) -> Iterator[Reader]:
    with Reader(stack.base_url, stack.token("alice")) as reader:
        yield reader


def is_there(name: str) -> bool:
    try:
        return (name, ()) in figures(ADDRESS)
    except httpx.TransportError:
        return False


def figure(name: str, **labels: str) -> float:
    return figures(ADDRESS).get((name, tuple(sorted(labels.items()))), 0.0)


def test_answers_are_counted_timed_and_measured(stack: Stack, alice: Reader) -> None:
    before = figures(ADDRESS)

    alice.finished(alice.say(alice.start(bot="script"), "words=5 rate=100"))
    alice.finished(alice.say(alice.start(bot="script"), "words=5 rate=100 fail_after=2"))
    wait_until(lambda: risen(before) == EXPECTED or None, what="both answers are counted")

    after = figures(ADDRESS)
    characters = ("chatbot_characters_total", ())
    assert after[characters] - before.get(characters, 0) == len("w0 w1 w2 w3 w4") + len("w0 w1")


def risen(before: Figures) -> Figures:
    after = figures(ADDRESS)
    return {key: after.get(key, 0) - before.get(key, 0) for key in EXPECTED}


BOT = ("bot", "script")
EXPECTED: Figures = {
    ("chatbot_answers_total", (BOT, ("status", "complete"))): 1,
    ("chatbot_answers_total", (BOT, ("status", "failed"))): 1,
    ("chatbot_attempts_total", (BOT,)): 2,
    ("chatbot_attempts_taken_over_total", ()): 0,
    ("chatbot_queue_wait_seconds_count", ()): 2,
    ("chatbot_first_token_seconds_count", (BOT,)): 2,
    ("chatbot_answer_seconds_count", (BOT,)): 2,
}


def test_what_runs_and_what_is_free_add_up(stack: Stack, alice: Reader) -> None:
    reply = alice.say(alice.start(bot="script"), "words=2000 rate=25")
    wait_until(lambda: figure("chatbot_answers_running") == 1, what="an answer that runs")

    free = figure("chatbot_slots_free")
    wait_until(lambda: figure("chatbot_replies", status="streaming") == 1, what="PostgreSQL's own count")
    alice.http.post(f"/api/messages/{reply}/cancel").raise_for_status()
    alice.finished(reply)

    assert free == 6
    assert figure("chatbot_kafka_connected") == 1
    assert figure("chatbot_heartbeat_age_seconds") < 8
    assert figure("chatbot_queue_age_seconds") == 0


def test_dead_records_are_counted(stack: Stack) -> None:
    with a_stranger(stack) as stranger:
        stranger.write("incoming-messages", "7", b"junk")

    wait_until(lambda: figure("chatbot_dead_records") == 1, 20, what="the dead record")


def test_strangers_read_nothing() -> None:
    assert httpx.get(f"{ADDRESS}/metrics", verify=NO_TLS).status_code == 401
    assert (
        httpx.get(f"{ADDRESS}/", headers={"Authorization": f"Bearer {TOKEN}"}, verify=NO_TLS).status_code
        == 404
    )


def test_a_second_worker_needs_a_port_of_its_own(stack: Stack) -> None:
    with pytest.raises(AssertionError, match=f"Metrics can't be served at {HOST}:{PORT}.*--metrics-port"):
        stack.manage("runbot")


def test_whoever_says_nothing_holds_up_nobody(stack: Stack) -> None:
    with ExitStack() as silent:
        for _ in range(5):
            silent.enter_context(socket.create_connection((HOST, PORT)))

        told = figure("chatbot_kafka_connected")

    assert told == 1
