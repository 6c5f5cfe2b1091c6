"""What a web process tells of itself, and of its siblings."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until
from tests.web.gunicorn import TOKEN, Figures, Gunicorn


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One web process without a token for its figures, and a worker."""
    with database(template) as url, Stack(tmp_path_factory.mktemp("stack"), embedded_broker, url) as stack:
        yield stack


@pytest.fixture(scope="module")
def gunicorn(stack: Stack) -> Iterator[Gunicorn]:
    with Gunicorn(stack) as gunicorn:
        yield gunicorn


@contextmanager
def streams(gunicorn: Gunicorn, token: str, count: int) -> Iterator[None]:
    """So many open streams, each on a connection of its own: both processes get some."""
    with ExitStack() as block:
        for _ in range(count):
            client = block.enter_context(
                httpx.Client(headers={"Authorization": f"Bearer {token}"}, verify=NO_TLS)
            )
            block.enter_context(client.stream("GET", f"{gunicorn.base_url}/api/events"))
        yield


def test_whoever_is_asked_answers_for_all(gunicorn: Gunicorn, stack: Stack) -> None:
    with streams(gunicorn, stack.token("alice"), 20):
        wait_until(lambda: gunicorn.figure("chatbot_streams_open") == 20, what="twenty open streams")

        answers = [gunicorn.figures() for _ in range(10)]

    assert {said["chatbot_streams_open", ()] for said in answers} == {20}
    assert {said["chatbot_web_processes", ()] for said in answers} == {2}
    assert {said["chatbot_kafka_connected", ()] for said in answers} == {2}


def test_a_killed_process_leaves_its_counts_and_no_gauge(gunicorn: Gunicorn, stack: Stack) -> None:
    opened = gunicorn.figure("chatbot_streams_opened_total", kind="events")
    with streams(gunicorn, stack.token("alice"), 20):
        wait_until(lambda: gunicorn.figure("chatbot_streams_open") == 20, what="twenty open streams")
        first, second = gunicorn.pids()

        replace(gunicorn, first)
        replace(gunicorn, second)
        left = gunicorn.figures()

    assert left["chatbot_streams_open", ()] == 0
    assert left["chatbot_streams_opened_total", (("kind", "events"),)] == opened + 20


def replace(gunicorn: Gunicorn, pid: int) -> None:
    """Kills it, and waits until its successor tells of itself."""
    others = {one for one in gunicorn.pids() if one != pid}
    gunicorn.figures()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len({*gunicorn.pids()} - others - {pid}) == 1, what="another process")
    wait_until(lambda: told(gunicorn) == 2, 20, what="two processes that tell of themselves")


def told(gunicorn: Gunicorn) -> float:
    try:
        return gunicorn.figure("chatbot_web_processes")
    except httpx.TransportError:
        return 0


def test_what_happens_is_counted(gunicorn: Gunicorn, stack: Stack) -> None:
    token = stack.token("bob")
    before = gunicorn.figures()
    with Reader(gunicorn.base_url, token) as bob:
        reply = bob.say(bob.start(bot="script"), "words=3 rate=100")
        bob.finished(reply)
    refused = httpx.get(f"{gunicorn.base_url}/api/events", verify=NO_TLS)
    polled = httpx.get(
        f"{gunicorn.base_url}/api/events/poll?after=junk", headers=bob.http.headers, verify=NO_TLS
    )

    assert (refused.status_code, polled.status_code) == (401, 200)
    # The other process tells of itself once a second.
    wait_until(lambda: risen(before, gunicorn.figures()) == EXPECTED or None, what="all of it is counted")


def risen(before: Figures, after: Figures) -> Figures:
    return {key: after.get(key, 0) - before.get(key, 0) for key in EXPECTED}


EXPECTED: Figures = {
    ("chatbot_messages_posted_total", (("result", "new"),)): 1,
    ("chatbot_http_responses_total", (("method", "POST"), ("status", "202"))): 1,
    ("chatbot_streams_opened_total", (("kind", "events"),)): 1,
    ("chatbot_streams_refused_total", (("code", "not_authenticated"),)): 1,
    ("chatbot_polls_total", ()): 1,
    ("chatbot_resets_total", (("reason", "invalid_position"),)): 1,
}


def test_strangers_read_no_figures(gunicorn: Gunicorn) -> None:
    nobody = httpx.get(f"{gunicorn.base_url}/metrics", verify=NO_TLS)
    guessed = httpx.get(
        f"{gunicorn.base_url}/metrics", headers={"Authorization": "Bearer guessed"}, verify=NO_TLS
    )

    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert guessed.status_code == 401
    assert "chatbot_" not in nobody.text + guessed.text


def test_without_a_token_there_are_no_figures_not_even_for_this_machine(stack: Stack) -> None:
    answer = httpx.get(
        f"{stack.base_url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, verify=NO_TLS
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_figures_are_read_at_any_address_of_the_process(gunicorn: Gunicorn) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": "10.1.2.3:8000"}

    assert httpx.get(f"{gunicorn.base_url}/metrics", headers=headers, verify=NO_TLS).status_code == 200
    assert httpx.get(f"{gunicorn.base_url}/readyz", headers=headers, verify=NO_TLS).status_code == 200
