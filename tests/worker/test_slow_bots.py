"""A bot that hangs, floods or refuses to end is given up, and nothing beside it notices."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from pytest_django import Settings

from chatbot.bots.protocol import Part, Thought, Usage
from chatbot.worker.attempt import talk
from chatbot.worker.attempt.attempt import TOO_SLOW
from chatbot.worker.attempt.progress import MOST_CHARACTERS, TOO_LONG
from conversations.answers.outcome import Outcome
from streaming import publishing
from streaming.event import Event
from tests.waiting import wait_until_async
from tests.worker.attempts import attempt, ends
from tests.worker.bots import Clinging, Deaf, Endless, Lingering, Returning, Saying

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("told")]


@pytest.fixture
def hurry(settings: Settings) -> Settings:
    settings.BOT_TOKEN_SECONDS = 0.2
    settings.BOT_ANSWER_SECONDS = 0.5
    return settings


@pytest.fixture(autouse=True)
def last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "LAST_WORDS", 0.1)


async def ticking(*pieces: Part) -> AsyncIterator[Part]:
    for piece in pieces:
        await asyncio.sleep(0.1)
        yield piece


async def test_a_bot_that_only_tells_what_it_used_is_given_up(hurry: Settings) -> None:
    outcome = await attempt(Endless(Usage("small"))).run()

    assert outcome.status == "failed"
    assert outcome.usage == {"model": "small"}


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


async def test_a_bot_that_thinks_has_longer_for_its_first_word_but_not_for_ever(hurry: Settings) -> None:
    thinking = await attempt(Returning(lambda question: ticking(*[Thought()] * 3, "a"))).run()
    brooding = await attempt(Returning(lambda question: ticking(*[Thought()] * 9, "a"))).run()

    assert ends(thinking) == ("complete", "a", "")
    assert ends(brooding) == ("failed", "", TOO_SLOW)


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
