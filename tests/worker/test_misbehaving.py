"""A bot that misbehaves ends as failed, with a plain sentence, and its cause is in the log."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pytest_django import Settings

from chatbot.bots.protocol import Bot, BotError, Citation
from chatbot.worker import talk
from chatbot.worker.attempt import FAILED, SILENT, TOO_SLOW, Attempt
from chatbot.worker.progress import MOST_CHARACTERS, TOO_LONG, TOO_MANY_SOURCES
from conversations.replies import Outcome
from streaming import publishing
from streaming.event import Event
from tests.waiting import wait_until_async
from tests.worker.bots import Clinging, Deaf, Endless, Lingering, Returning, Saying
from tests.worker.claims import claim

pytestmark = pytest.mark.anyio
SOURCE: dict[str, Any] = {
    "number": 1,
    "title": "One",
    "source": "one.md",
    "url": "/knowledge/1/",
    "quote": "a",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What goes to the log."""
    events: list[Event] = []

    def tell(event: Event, on_ack: object) -> bool:
        events.append(event)
        return True

    monkeypatch.setattr(publishing, "tell", tell)
    monkeypatch.setattr(talk, "LAST_WORDS", 0.1)
    return events


@pytest.fixture
def hurry(settings: Settings) -> Settings:
    settings.BOT_TOKEN_SECONDS = 0.2
    settings.BOT_ANSWER_SECONDS = 0.5
    return settings


def attempt(bot: Any) -> Attempt:
    said: Bot = bot
    return Attempt(claim(), said, lambda ack: f"e-{ack.partition}-{ack.offset}")


def ends(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.status, outcome.text, outcome.error


async def ticking(*pieces: str) -> AsyncIterator[str]:
    for piece in pieces:
        await asyncio.sleep(0.1)
        yield piece


async def test_a_bot_that_hangs_is_given_up_with_what_it_said_and_closed(
    hurry: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Saying("Half", ...)

    outcome = await attempt(bot).run()

    assert ends(outcome) == ("failed", "Half", TOO_SLOW)
    assert bot.is_closed
    assert "was given up" in caplog.text


async def test_a_bot_that_never_begins_is_given_up(hurry: Settings) -> None:
    assert ends(await attempt(Saying(...)).run()) == ("failed", "", TOO_SLOW)


async def test_a_bot_that_never_comes_to_an_end_is_given_up(hurry: Settings) -> None:
    bot = Returning(lambda question: ticking(*"abcdefghijklmn"))

    outcome = await attempt(bot).run()

    assert ends(outcome)[::2] == ("failed", TOO_SLOW)
    assert outcome.text.startswith("ab")


async def test_each_word_begins_the_time_for_the_next_anew(hurry: Settings) -> None:
    outcome = await attempt(Returning(lambda question: ticking("a", "b", "c"))).run()

    assert ends(outcome) == ("complete", "abc", "")


async def test_empty_pieces_are_no_words(hurry: Settings) -> None:
    outcome = await attempt(Returning(lambda question: ticking("", "", "", ""))).run()

    assert ends(outcome) == ("failed", "", TOO_SLOW)


async def test_time_in_which_kafka_holds_it_up_is_not_the_bot_s(
    hurry: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False] * 8)
    monkeypatch.setattr(publishing, "tell", lambda *_: next(answers, True))

    outcome = await attempt(Saying("One", " two")).run()

    assert ends(outcome) == ("complete", "One two", "")


@pytest.mark.parametrize("piece", ["", "\n"])
async def test_a_flood_without_an_await_ends_and_leaves_the_loop_its_turns(
    piece: str, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Endless(piece)
    beside = asyncio.create_task(attempt(Returning(lambda question: ticking(*"abc"))).run())
    flood = asyncio.create_task(attempt(bot).run())

    longest = await longest_gap(flood)

    assert flood.result().status == "failed"
    assert bot.is_closed
    assert longest < 0.5
    assert (await beside).text == "abc"


async def longest_gap(beside: asyncio.Task[Outcome]) -> float:
    """Seconds for which the loop stood still at most, until that task is done."""
    longest, last = 0.0, time.monotonic()

    async def is_done() -> bool:
        nonlocal longest, last
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        return beside.done()

    await wait_until_async(is_done, what="the end of the flood")
    return longest


@pytest.mark.parametrize("part", [None, b"bytes", 42, 1.5, True, ["a"], {"a": 1}, object(), SOURCE, Citation])
async def test_what_is_neither_text_nor_citation_ends_the_answer(
    part: object, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", part)).run()

    assert ends(outcome) == ("failed", "Half", FAILED)
    assert "a bot yields str and Citation" in caplog.text


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


async def test_a_generator_that_goes_on_when_it_is_closed_is_left(caplog: pytest.LogCaptureFixture) -> None:
    outcome = await attempt(Clinging()).run()

    assert outcome.status == "failed"


async def test_closing_for_ever_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    outcome = await attempt(Lingering()).run()

    assert (outcome.status, outcome.error, len(outcome.text)) == ("failed", TOO_LONG, MOST_CHARACTERS)
    assert "did not close well" in caplog.text


async def test_a_bot_that_cannot_be_stopped_is_abandoned_and_not_heard_any_more(
    hurry: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Deaf("Half", ..., "more")

    outcome = await attempt(bot).run()
    left = len(talk.abandoned)
    bot.woken.set()
    await wait_until_async(lambda: nobody(talk.abandoned), what="its end")

    assert ends(outcome) == ("failed", "Half", TOO_SLOW)
    assert left == 1
    assert bot.is_closed
    assert "refuses to end" in caplog.text


async def nobody(tasks: set[asyncio.Task[None]]) -> bool:
    return not tasks


async def test_a_cancelled_answer_ends_though_its_bot_does_not(told: list[Event]) -> None:
    bot = Deaf("Half", ...)
    one = attempt(bot)
    running = asyncio.create_task(one.run())
    await wait_until_async(lambda: spoken(told), what="the first word")

    one.cancel()
    outcome = await running
    bot.woken.set()
    await wait_until_async(lambda: nobody(talk.abandoned), what="its end")

    assert ends(outcome) == ("cancelled", "Half", "")


async def spoken(told: list[Event]) -> bool:
    return bool(told)


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
