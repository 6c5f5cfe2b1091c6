"""A bot that misbehaves ends as failed, with a plain sentence, and its cause is in the log."""

import asyncio
from typing import Any

import pytest

from chatbot.bots.protocol import BotError, Citation, Usage
from chatbot.worker.attempt.attempt import FAILED, SILENT
from chatbot.worker.attempt.progress import MOST_CHARACTERS, TOO_MANY_SOURCES
from tests.worker.attempts import attempt, ends
from tests.worker.bots import Endless, Returning, Saying

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("told")]
SOURCE: dict[str, Any] = {"number": 1, "title": "One", "source": "one.md", "url": "/one/", "quote": "a"}


@pytest.mark.parametrize("part", [None, b"bytes", 42, 1.5, True, ["a"], {"a": 1}, object(), SOURCE, Citation])
async def test_what_is_neither_text_nor_citation_ends_the_answer(
    part: object, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", part)).run()

    assert ends(outcome) == ("failed", "Half", FAILED)
    assert "a bot yields str, Citation, Usage and Thought" in caplog.text


@pytest.mark.parametrize(
    "odd",
    [
        {"number": "1"}, {"number": True}, {"number": -1}, {"number": 2**40}, {"number": None},
        {"title": None}, {"source": b"x"}, {"url": 7}, {"quote": ["a"]},
    ],
)  # fmt: skip
async def test_a_citation_with_wrong_types_ends_the_answer(
    odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", Citation(**{**SOURCE, **odd}))).run()

    assert ends(outcome) == ("failed", "Half", FAILED)
    assert "a citation's" in caplog.text


@pytest.mark.parametrize(
    "odd",
    [
        {"model": None},
        {"failure": b"x"},
        {"input_tokens": "7"},
        {"output_tokens": 1.5},
        {"first_token_ms": -1},
    ],
)
async def test_a_usage_with_wrong_types_ends_the_answer(
    odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", Usage(**{"model": "small", **odd}))).run()

    assert ends(outcome) == ("failed", "Half", FAILED)
    assert "a usage's" in caplog.text


async def test_too_many_sources_end_the_answer() -> None:
    outcome = await attempt(Endless(Citation(**SOURCE))).run()

    assert (outcome.status, outcome.error) == ("failed", TOO_MANY_SOURCES)
    assert len(outcome.citations) == 1000


async def test_sources_that_are_too_long_end_the_answer() -> None:
    outcome = await attempt(Saying(Citation(**{**SOURCE, "quote": "x" * (MOST_CHARACTERS + 1)}))).run()

    assert (outcome.error, outcome.citations) == (TOO_MANY_SOURCES, [])


async def test_what_utf_8_and_postgresql_cannot_hold_is_replaced() -> None:
    outcome = await attempt(Saying("a\0b", "\ud83d", "c")).run()

    assert ends(outcome) == ("complete", "a\ufffdb\ufffdc", "")


@pytest.mark.parametrize("pieces", [(), ("",), (" ", "\n"), (Citation(**SOURCE),)])
async def test_an_answer_without_a_word_has_failed(pieces: Any, caplog: pytest.LogCaptureFixture) -> None:
    outcome = await attempt(Saying(*pieces)).run()

    assert (outcome.status, outcome.error) == ("failed", SILENT)
    assert "said nothing" in caplog.text


@pytest.mark.parametrize(
    "raised",
    [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError(), StopIteration(),
     StopAsyncIteration(), RecursionError(), MemoryError(), ExceptionGroup("several", [ValueError()])],
)  # fmt: skip
async def test_whatever_a_bot_raises_ends_its_answer_alone(
    raised: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", raised)).run()

    assert ends(outcome) == ("failed", "Half", FAILED)
    assert "failed at reply" in caplog.text


async def coroutine(question: object) -> str:
    return "not a generator"


@pytest.mark.parametrize(
    "answer", [coroutine, lambda question: "text", lambda question: None, lambda question: iter("ab")]
)
async def test_an_answer_that_is_no_async_iterator_has_failed(
    answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Returning(answer)).run()

    assert ends(outcome) == ("failed", "", FAILED)
    assert "TypeError" in caplog.text


async def test_what_cannot_be_rendered_is_failed_with_its_text_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_text: str) -> str:
        raise RuntimeError("no HTML today")

    monkeypatch.setattr("chatbot.markdown.blocks.plain", break_down)

    outcome = await attempt(Saying("a < b")).run()

    assert (*ends(outcome), outcome.html) == ("failed", "a < b", FAILED, "<p>a &lt; b</p>")


async def test_a_reason_is_no_longer_than_one_reads() -> None:
    outcome = await attempt(Saying(BotError("x" * 1_000_000))).run()

    assert len(outcome.error) == 2000


async def test_a_reason_without_a_word_is_a_plain_sentence() -> None:
    assert (await attempt(Saying(BotError())).run()).error == FAILED
