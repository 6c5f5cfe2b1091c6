"""A model that fails: what the person reads, what who runs the service reads, and what is asked again."""

import asyncio
import logging
import re
import time
from collections import deque
from typing import Any

import pytest
from pytest_django import Settings

from chatbot.bots.llm import backoff
from chatbot.bots.llm.bot import LlmBot
from chatbot.bots.llm.failure import CUT_OFF, DECLINED, IN_THE_MIDDLE
from chatbot.bots.protocol import BotError, Part, Usage
from tests.bots.asking import question, said
from tests.bots.conftest import KEY
from tests.bots.provider import (
    Provider,
    Refusal,
    Stream,
    breaks_off,
    fails_in_stream,
    peters_out,
    piece,
    says,
    stalls,
)
from tests.port import free_port

ASKED = "Where do pigeons sleep?"


class PlainBot(LlmBot):
    has_knowledge = False


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)


def heard(text: str = ASKED) -> tuple[list[Part], str]:
    """What the bot yields until it fails, and why it does."""
    parts: deque[Part] = deque()

    async def listen() -> None:
        async for part in PlainBot().answer(question(text)):
            parts.append(part)

    with pytest.raises(BotError) as failure:
        asyncio.run(listen())
    return list(parts), str(failure.value)


def failure_of(parts: list[Part]) -> str:
    return [part for part in parts if isinstance(part, Usage)][-1].failure


@pytest.mark.parametrize(
    ("refusal", "sentence", "details"),
    [
        (Refusal(401, "invalid_api_key"), "refuses this service's key", "Authentication.* status 401"),
        (Refusal(403), "refuses this service's key", "Authentication.* status 403"),
        (Refusal(404, "model_not_found"), "is not known there", "NotFound.* code model_not_found"),
        (Refusal(400, "context_length_exceeded"), "too long for the model", "ContextWindow.* status 400"),
        (Refusal(400, "odd"), "does not take this question", "Rejected.* status 400"),
        (Refusal(429, "insufficient_quota"), "quota of the model is used up", "Quota.* status 429"),
        (Refusal(429, "rate_limit_exceeded"), "asked too much", "RateLimit.* status 429"),
        (Refusal(503), "overloaded", "Unavailable.* status 503"),
        (Refusal(500), "server failed", "ServerError status 500"),
    ],
)
def test_a_refusal_is_a_sentence_for_the_person_and_details_for_the_admin(
    provider: Provider, caplog: pytest.LogCaptureFixture, refusal: Refusal, sentence: str, details: str
) -> None:
    provider.will(*[refusal] * 3)

    parts, why = heard()

    assert sentence in why
    assert re.search(details, failure_of(parts))
    assert re.search(details, caplog.text)


@pytest.mark.parametrize("status", [401, 400, 429, 500])
def test_neither_key_nor_question_is_written_down(
    provider: Provider, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.will(*[Refusal(status, message=f"Wrong key {KEY} for: {ASKED}")] * 3)

    parts, why = heard()

    assert KEY not in caplog.text + why + failure_of(parts)
    assert "pigeons" not in caplog.text + why + failure_of(parts)


@pytest.mark.parametrize("refusal", [Refusal(429, "rate_limit_exceeded"), Refusal(500), Refusal(503)])
def test_what_may_pass_is_asked_again(provider: Provider, refusal: Refusal) -> None:
    provider.will(refusal, refusal, says("Here."))

    assert said(PlainBot(), ASKED) == "Here."
    assert len(provider.asked) == 3


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(401),
        Refusal(404),
        Refusal(400),
        Refusal(429, "insufficient_quota"),
        Refusal(301, headers={"location": "https://elsewhere.example/v1"}),
    ],
)
def test_what_will_not_pass_is_not_asked_again(provider: Provider, refusal: Refusal) -> None:
    provider.will(refusal, says("Here."))

    heard()

    assert len(provider.asked) == 1


def test_it_is_asked_three_times_at_most(provider: Provider) -> None:
    provider.will(*[Refusal(503)] * 4)

    heard()

    assert len(provider.asked) == 3


def test_it_waits_as_long_as_the_provider_asks_for(provider: Provider) -> None:
    provider.will(Refusal(429, headers={"retry-after": "1"}), says("Here."))
    begun = time.monotonic()

    assert said(PlainBot(), ASKED) == "Here."

    assert time.monotonic() - begun >= 1


def test_it_does_not_wait_longer_than_a_person_would(provider: Provider) -> None:
    provider.will(Refusal(429, headers={"retry-after": "30"}), says("Here."))

    parts, why = heard()

    assert "asked too much" in why
    assert "retry-after 30" in failure_of(parts)
    assert len(provider.asked) == 1


def test_a_model_that_cannot_be_reached_is_told_as_such(provider: Provider, settings: Settings) -> None:
    settings.LLM_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"

    parts, why = heard()

    assert "can't be reached" in why
    assert failure_of(parts) == "ModelConnectionError cause APIConnectionError"


def test_a_model_that_says_nothing_is_given_up_before_the_worker_gives_up(
    provider: Provider, settings: Settings
) -> None:
    settings.BOT_TOKEN_SECONDS = 1
    provider.will(stalls())
    begun = time.monotonic()

    _, why = heard()

    assert "did not answer in time" in why
    assert time.monotonic() - begun < 1
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        breaks_off("Half", " of"),
        peters_out("Half", " of"),
        fails_in_stream("Half", " of", message="It broke."),
    ],
)
def test_what_fails_in_the_middle_is_neither_complete_nor_asked_again(
    provider: Provider, answer: Stream
) -> None:
    provider.will(answer, says("Again."))

    parts, why = heard()

    assert "".join(part for part in parts if isinstance(part, str)) == "Half of"
    assert why == IN_THE_MIDDLE
    assert len(provider.asked) == 1


def test_a_model_that_stalls_in_the_middle_is_told_as_such(provider: Provider, settings: Settings) -> None:
    settings.BOT_TOKEN_SECONDS = 1
    provider.will(stalls("Half"))

    parts, why = heard()

    assert (parts[0], why) == ("Half", IN_THE_MIDDLE)


@pytest.mark.parametrize("answer", [breaks_off(), peters_out(), fails_in_stream(message="It broke.")])
def test_what_fails_before_its_first_word_is_asked_again(provider: Provider, answer: Stream) -> None:
    provider.will(answer, says("Here."))

    assert said(PlainBot(), ASKED) == "Here."


@pytest.mark.parametrize("nonsense", [[], None, 5, {"choices": "x"}, {"choices": [{"delta": 5}]}])
def test_what_is_not_of_the_protocol_is_told_as_a_failure(provider: Provider, nonsense: Any) -> None:
    provider.will(Stream((piece("Half"), nonsense)))

    _, why = heard()

    assert why == IN_THE_MIDDLE


@pytest.mark.parametrize(("finish", "sentence"), [("length", CUT_OFF), ("content_filter", DECLINED)])
def test_a_model_that_is_made_to_stop_says_so(provider: Provider, finish: str, sentence: str) -> None:
    provider.will(says("Half", finish=finish))

    parts, why = heard()

    assert (parts[0], why) == ("Half", sentence)
    assert [part for part in parts if isinstance(part, Usage)][-1].output_tokens == 7
