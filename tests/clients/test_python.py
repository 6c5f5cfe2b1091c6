"""docs/clients/chatbot_events.py against a real web process."""

import json
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import chatbot_events
import httpx
import pytest
from chatbot_events import Events, FilePlace, RefusedError

from tests.brokers import embedded
from tests.clients.hearing import Hearing, numbers, take
from tests.databases import database
from tests.end_to_end.stranger import Stranger, a_stranger, channel_of
from tests.no_tls import NO_TLS
from tests.page.proxy import Proxy
from tests.stack import Stack
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def stack(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with database(template) as url, Stack(tmp_path_factory.mktemp("stack"), embedded(), url) as stack:
        yield stack


class Alice:
    """Somebody with a token, to whom things happen."""

    def __init__(self, stack: Stack, stranger: Stranger) -> None:
        self.url, self.token = stack.base_url, stack.token("alice")
        self._channel = channel_of(stack, "alice")
        self._stranger = stranger

    @property
    def live_end(self) -> str:
        headers = {"Authorization": f"Bearer {self.token}"}
        return str(httpx.get(f"{self.url}/api/events/poll", headers=headers, verify=NO_TLS).json()["cursor"])

    def meets(self, *of: int) -> None:
        values = [json.dumps({"n": n}).encode() for n in of]
        self._stranger.write("bot-responses", self._channel, *values, headers=[("type", "test.count")])


@pytest.fixture(scope="module")
def alice(stack: Stack) -> Iterator[Alice]:
    with a_stranger(stack) as stranger:
        yield Alice(stack, stranger)


def test_it_goes_on_where_it_was_when_the_server_is_killed_and_started_again(
    stack: Stack, alice: Alice
) -> None:
    events = iter(Events(alice.url, alice.token, after=alice.live_end))
    alice.meets(*range(50))
    before = take(events, 20)

    stack.webs[0].process.kill()
    alice.meets(*range(50, 100))
    stack.webs[0].process.start()
    after = take(events, 80)

    assert numbers(before + after) == list(range(100))
    assert {event.type for event in before + after} == {"test.count"}


def test_a_program_that_starts_again_goes_on_behind_what_it_had_handled(alice: Alice, tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "place")
    place.store(alice.live_end)
    alice.meets(*range(10))

    died_of_4 = take(iter(Events(alice.url, alice.token, place=place)), 5)
    again = take(iter(Events(alice.url, alice.token, place=place)), 6)

    assert numbers(died_of_4) == [0, 1, 2, 3, 4]
    assert numbers(again) == [4, 5, 6, 7, 8, 9]


def test_a_place_that_can_t_be_kept_is_the_program_s_to_hear_of(alice: Alice, tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "missing" / "place")
    events = iter(Events(alice.url, alice.token, after=alice.live_end, place=place))
    alice.meets(0, 1)

    with pytest.raises(FileNotFoundError):
        [next(events), next(events)]


def test_reset_is_the_program_s_to_hear_and_it_goes_on_from_where_it_says(alice: Alice) -> None:
    history_s = alice.live_end
    alice.meets(0, 1)
    source = Events(alice.url, alice.token, after="nowhere")
    events = iter(source)

    (reset,) = take(events, 1)
    source.resume_from(history_s)

    assert (reset.type, reset.data) == ("reset", {"reason": "invalid_position"})
    assert numbers(take(events, 2)) == [0, 1]


def test_a_stream_that_falls_silent_is_given_up_and_opened_anew(
    stack: Stack, alice: Alice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chatbot_events, "DEAD", 0.5)
    caplog.set_level(logging.INFO)
    events = iter(Events(alice.url, alice.token, after=alice.live_end))
    alice.meets(0)
    before = take(events, 1)

    os.killpg(stack.webs[0].process.pid, signal.SIGSTOP)
    hearing = Hearing(events, 1)
    wait_until(lambda: "trying again" in caplog.text, what="the stream is given up")
    os.killpg(stack.webs[0].process.pid, signal.SIGCONT)
    alice.meets(1)

    assert numbers(before + hearing.all()) == [0, 1]


def test_where_the_stream_is_kept_back_it_polls_and_says_so(
    alice: Alice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chatbot_events, "SILENT", 0.5)
    with Proxy(alice.url) as proxy:
        proxy.buffers = True
        events = iter(Events(proxy.base_url, alice.token, after=alice.live_end))
        alice.meets(*range(600))
        polled = take(events, 600)
        hearing = Hearing(events, 1)
        alice.meets(600)

        assert numbers(polled + hearing.all()) == list(range(601))

    assert "polling for events instead" in caplog.text
    assert proxy.opened == 1


def test_a_token_that_is_none_is_the_end_with_the_server_s_sentence(alice: Alice) -> None:
    with pytest.raises(RefusedError, match="Sign in, or send a valid bearer token") as refused:
        next(iter(Events(alice.url, "nobody's")))

    assert (refused.value.status, refused.value.code) == (401, "not_authenticated")
