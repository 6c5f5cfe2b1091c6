"""What a client may not do: refused early, and to nobody else's cost."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from tests.brokers import embedded
from tests.databases import database
from tests.end_to_end.mute import REQUEST
from tests.no_tls import NO_TLS
from tests.stack import Stack
from tests.waiting import wait_until

LIMITS = {"STREAMS_PER_USER": "2", "STREAMS_PER_PROCESS": "3"}


@pytest.fixture(scope="module")
def narrow(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two streams for each user, three in all."""
    stack = Stack(tmp_path_factory.mktemp("narrow"), embedded(), "")
    with database(template) as url:
        stack.environ |= {"DATABASE_URL": url, **LIMITS}
        with stack:
            yield stack


def stream(stack: Stack, username: str, **options: str) -> AbstractContextManager[httpx.Response]:
    headers = {"Authorization": f"Bearer {stack.token(username)}"}
    return httpx.stream(
        "GET", f"{stack.base_url}/api/events", headers=headers, params=options, timeout=10, verify=NO_TLS
    )


def connection(stack: Stack) -> socket.socket:
    address = urlsplit(stack.base_url)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def send_at_once(connections: list[socket.socket], requests: list[bytes]) -> None:
    for one, request in zip(connections, requests, strict=True):
        one.sendall(request)


def status(stack: Stack, username: str) -> int:
    with stream(stack, username) as answer:
        return answer.status_code


def test_a_user_has_so_many_streams_and_gets_one_back_when_one_ends(narrow: Stack) -> None:
    with stream(narrow, "alice"):
        with stream(narrow, "alice"), stream(narrow, "alice") as refused:
            problem = refused.read()

        assert refused.status_code == 429
        assert b'"too_many_streams"' in problem
        assert 1 <= int(refused.headers["Retry-After"]) <= 10
        wait_until(lambda: status(narrow, "alice") == 200, what="room for one more")


def test_a_process_has_so_many_streams_whoever_opens_them(narrow: Stack) -> None:
    wait_until(lambda: status(narrow, "bob") == 200, what="room for a first one")
    with ExitStack() as opened:
        for username in ("alice", "alice", "bob"):
            opened.enter_context(stream(narrow, username))

        assert status(narrow, "bob") == 429


@pytest.mark.parametrize("after", ["x" * 7_000, "1-1-" + "9" * 7_000, "a" * 7_000 + "-1-1"])
def test_an_id_of_any_length_is_a_reset(narrow: Stack, after: str) -> None:
    with stream(narrow, "bob", after=after) as answer:
        first = next(answer.iter_raw())

    assert answer.status_code == 200
    assert b"invalid_position" in first


def test_a_query_that_is_too_long_is_refused(narrow: Stack) -> None:
    with stream(narrow, "bob", after="x" * 60_000) as answer:
        assert answer.status_code == 414


@pytest.mark.parametrize("path", ["/api/events", "/api/events/poll", "/api/conversations", "/"])
def test_a_query_of_too_many_fields_is_refused(narrow: Stack, path: str) -> None:
    headers = {"Authorization": f"Bearer {narrow.token('bob')}"}

    answer = httpx.get(f"{narrow.base_url}{path}?{1000 * '&'}", headers=headers, verify=NO_TLS)

    assert (answer.status_code, answer.json()["code"]) == (414, "too_large")
    assert httpx.get(f"{narrow.base_url}/healthz?{999 * '&'}", verify=NO_TLS).status_code == 200


def test_headers_that_are_too_long_are_refused(narrow: Stack) -> None:
    answer = httpx.get(
        f"{narrow.base_url}/api/events", headers={"Last-Event-ID": "x" * 100_000}, verify=NO_TLS
    )

    assert answer.status_code == 431


def test_a_body_that_is_too_long_is_refused_in_words(narrow: Stack) -> None:
    body = b"x" * (16 * 1024 * 1024 + 1)

    page = httpx.post(f"{narrow.base_url}/admin/knowledge/document/add/", content=body, verify=NO_TLS)
    call = httpx.post(f"{narrow.base_url}/api/conversations", content=body, verify=NO_TLS)

    assert (page.status_code, "manage.py ingest" in page.text) == (413, True)
    assert (call.status_code, call.json()["code"]) == (413, "too_large")


def test_a_process_has_no_more_streams_when_all_of_them_are_opened_at_once(narrow: Stack) -> None:
    wait_until(lambda: status(narrow, "bob") == 200, what="room for a first one")
    requests = [REQUEST.format(narrow.token(name)).encode() for name in ["alice", "bob", "charlie"] * 2]

    with ExitStack() as opened:
        everyone = [opened.enter_context(connection(narrow)) for _ in requests]
        send_at_once(everyone, requests)
        answers = [one.recv(12) for one in everyone]

    assert answers.count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize("path", ["messages/nonsense/events", "conversations/events", "events/poll/events"])
def test_a_path_that_only_looks_like_a_stream_is_not_found(narrow: Stack, path: str) -> None:
    headers = {"Authorization": f"Bearer {narrow.token('bob')}"}

    answer = httpx.get(f"{narrow.base_url}/api/{path}", headers=headers, verify=NO_TLS)

    assert answer.status_code in {404, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
