"""How the Python client waits, and for what it does not: against a server that says what it is told to."""

import time

import pytest
from chatbot_events import Event, Events, RefusedError, backoff
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.hearing import take
from tests.clients.scripted import Answer, scripted

FIRST = Answer(body=b'retry: 10\nid: a\n\nid: b\nevent: one\ndata: {"n": 1}\n\n')
SECOND = Answer(body=b'retry: 10\nid: b\n\nid: c\nevent: two\ndata: {"n": 2}\n\n')
BOTH = [Event("one", "b", {"n": 1}), Event("two", "c", {"n": 2})]


def problem(status: int, **headers: str) -> Answer:
    return Answer(status, b'{"code": "some_code", "detail": "A sentence."}', headers)


@given(st.floats(0.001, 30), st.integers(1, 10_000))
def test_a_wait_is_anything_up_to_a_bound_that_doubles_to_30_seconds(first: float, failures: int) -> None:
    assert 0 <= backoff(first, failures) <= min(30, first * 2 ** min(failures, 20))


def test_the_next_connection_names_the_place_and_asks_for_nothing_compressed() -> None:
    with scripted(FIRST, SECOND) as server:
        heard = take(iter(Events(server.base_url, "secret")), 2)

    assert heard == BOTH
    assert [asked["Last-Event-ID"] for asked in server.asked] == [None, "b"]
    assert {asked["Accept-Encoding"] for asked in server.asked} == {"identity"}
    assert {asked["Authorization"] for asked in server.asked} == {"Bearer secret"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_said(status: int) -> None:
    busy = problem(status, **{"Retry-After": "1"})
    with scripted(FIRST, busy, SECOND) as server:
        events = iter(Events(server.base_url, "secret"))
        take(events, 1)
        begun = time.monotonic()

        take(events, 1)

    assert time.monotonic() - begun >= 1


def test_what_is_no_stream_is_a_failure_to_try_again() -> None:
    page = Answer(body=b"<html>Sign in to this network</html>", headers={"Content-Type": "text/html"})
    with scripted(FIRST, page, problem(500), SECOND) as server:
        assert take(iter(Events(server.base_url, "secret")), 2) == BOTH


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 410, 422])
def test_a_refusal_that_no_other_try_would_change_is_the_end(status: int) -> None:
    with scripted(problem(status)) as server, pytest.raises(RefusedError, match=r"A sentence\.") as refused:
        next(iter(Events(server.base_url, "secret")))

    assert (refused.value.status, refused.value.code) == (status, "some_code")


def test_a_refusal_by_whoever_knows_no_problem_details_has_a_sentence_too() -> None:
    with (
        scripted(Answer(403, b"<html>")) as server,
        pytest.raises(RefusedError, match="answered 403 F"),
    ):
        next(iter(Events(server.base_url, "secret")))


def test_data_that_is_no_object_is_passed_over() -> None:
    strange = Answer(body=b"retry: 10\nid: a\n\ndata: none\n\ndata: [1]\n\ndata: " + b"[" * 100_000 + b"\n\n")
    with scripted(strange, SECOND) as server:
        assert take(iter(Events(server.base_url, "secret")), 1) == BOTH[1:]
