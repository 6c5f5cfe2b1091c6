"""`GET /api/events/poll`, as the web process serves it."""

import json
from typing import Any

import httpx
import pytest

from tests.brokers import Broker
from tests.end_to_end.listening import listen
from tests.end_to_end.test_answers import script
from tests.reader.client import Reader
from tests.stack import Stack


@pytest.fixture(scope="module")
def broker(real_kafka: Broker) -> Broker:
    """One is enough here: what polls say is tested on both without a web process."""
    return real_kafka


@pytest.fixture
def http(newcomer: Reader) -> httpx.Client:
    return newcomer.http


def polled(http: httpx.Client, **query: str) -> httpx.Response:
    return http.get("/api/events/poll", params=query, timeout=40)


def until_finished(http: httpx.Client, cursor: str) -> list[dict[str, Any]]:
    """The events of poll after poll, up to the answer that finishes one."""
    events: list[dict[str, Any]] = []
    while "reply.finished" not in [event["type"] for event in events]:
        answer = polled(http, after=cursor).raise_for_status().json()
        events, cursor = events + answer["events"], answer["cursor"]
    return events


def test_polls_say_exactly_what_a_stream_says(stack: Stack, token: str, newcomer: Reader) -> None:
    start = polled(newcomer.http).json()["cursor"]
    reply = newcomer.say(newcomer.start(bot="script"), "words=20 rate=40")

    events = until_finished(newcomer.http, start)

    said = [e["data"]["text"] for e in events if e["type"] == "reply.delta"]
    streamed = listen(stack.base_url, token, after=start)
    assert "".join(said) == script(20)
    assert (
        events == [{"id": e.id, "type": e.type, "data": json.loads(e.data)} for e in streamed][: len(events)]
    )
    assert newcomer.finished(reply)["text"] == script(20)


def test_a_poll_is_refused_as_a_stream_is(http: httpx.Client) -> None:
    elsewhere = "00000000-0000-4000-8000-000000000000"
    unknown = http.get("/api/events/poll", headers={"Authorization": "Bearer nobody's"})

    refused = {
        "code of a bad token": unknown.json()["code"],
        "code of a conversation that is not mine": polled(http, conversation=elsewhere).json()["code"],
        "code of a wait that is none": polled(http, wait="31").json()["code"],
        "code of a post": http.post("/api/events/poll").json()["code"],
    }

    assert list(refused.values()) == ["not_authenticated", "not_found", "invalid", "method_not_allowed"]
    assert unknown.headers["WWW-Authenticate"] == "Bearer"


def test_nothing_is_kept_of_a_poll_anywhere(http: httpx.Client) -> None:
    answer = polled(http, after="garbage")

    assert answer.json()["events"][0]["data"] == {"reason": "invalid_position"}
    assert answer.headers["Cache-Control"] == "no-store"
