import asyncio
from collections.abc import Callable, Sequence

import pytest

from chatbot.bots.protocol import BotError, Citation
from chatbot.worker.attempt.attempt import FAILED
from chatbot.worker.attempt.progress import TOO_LONG
from streaming import publishing
from streaming.broker.publisher import Ack
from streaming.event import Event
from tests.waiting import wait_until_async
from tests.worker.attempts import attempt
from tests.worker.bots import Saying, Stubborn

pytestmark = pytest.mark.anyio


async def spoken(told: Sequence[object]) -> bool:
    return bool(told)


async def test_what_a_bot_says_is_told_and_kept(told: list[Event]) -> None:
    outcome = await attempt(Saying("Hello", " world")).run()

    assert (outcome.status, outcome.text) == ("complete", "Hello world")
    assert "".join(str(event.data["text"]) for event in told) == "Hello world"


async def test_the_first_word_is_told_at_once(told: list[Event]) -> None:
    running = asyncio.create_task(attempt(Saying("Hello", ...)).run())

    await wait_until_async(lambda: spoken(told), 0.04, what="the first word")
    running.cancel()

    assert told[0].data["text"] == "Hello"


async def test_a_flood_of_small_pieces_is_a_few_deltas(told: list[Event]) -> None:
    outcome = await attempt(Saying(*["word "] * 2000)).run()

    assert outcome.text == "word " * 2000
    assert len(told) < 200


async def test_a_bot_s_own_error_is_told_to_the_user_with_what_was_said(told: list[Event]) -> None:
    outcome = await attempt(Saying("Half", BotError("The shop is closed."))).run()

    assert (outcome.status, outcome.text, outcome.error) == ("failed", "Half", "The shop is closed.")


async def test_any_other_error_is_a_plain_sentence(
    told: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await attempt(Saying("Half", KeyError("secret"))).run()

    assert (outcome.status, outcome.text, outcome.error) == ("failed", "Half", FAILED)
    assert "KeyError" in caplog.text


async def test_a_bot_that_says_rubbish_fails(told: list[Event]) -> None:
    outcome = await attempt(Saying("Half", 42)).run()

    assert (outcome.status, outcome.error) == ("failed", FAILED)


async def test_a_bot_that_never_stops_is_stopped(told: list[Event]) -> None:
    bot = Saying(*["x" * 50_000] * 5)

    outcome = await attempt(bot).run()

    assert (outcome.status, outcome.error, len(outcome.text)) == ("failed", TOO_LONG, 200_000)
    assert bot.is_closed


async def test_a_cancelled_answer_keeps_what_was_said_and_its_bot_is_closed(told: list[Event]) -> None:
    bot = Saying("Half", ...)
    one = attempt(bot)
    running = asyncio.create_task(one.run())
    await wait_until_async(lambda: spoken(told), what="the first word")

    one.cancel()
    outcome = await running

    assert (outcome.status, outcome.text) == ("cancelled", "Half")
    assert bot.is_closed


async def test_a_lost_answer_ends_without_an_outcome_and_its_bot_is_closed(told: list[Event]) -> None:
    bot = Saying("Half", ...)
    running = asyncio.create_task(attempt(bot).run())
    await wait_until_async(lambda: spoken(told), what="the first word")

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert bot.is_closed


async def test_a_bot_that_ignores_its_end_does_not_count(
    told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.worker.attempt.talk.LAST_WORDS", 0.05)
    running = asyncio.create_task(attempt(Stubborn("Half", ...)).run())
    await wait_until_async(lambda: spoken(told), what="the first word")

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_bot_that_cancels_itself_has_failed(told: list[Event]) -> None:
    outcome = await attempt(Saying("Half", asyncio.CancelledError())).run()

    assert (outcome.status, outcome.text, outcome.error) == ("failed", "Half", FAILED)


async def test_what_postgresql_cannot_hold_is_replaced_in_reasons_and_sources(told: list[Event]) -> None:
    citation = Citation(1, "a\0b", "one.md", "/knowledge/1/", "q\0")

    outcome = await attempt(Saying(citation, BotError("no\0"))).run()

    assert "\0" not in outcome.error + str(outcome.citations[0]["title"]) + str(outcome.citations[0]["quote"])


async def test_while_the_publisher_is_full_the_bot_waits_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([False, False, True, True, True])
    sent: list[str] = []

    def tell(event: Event, on_ack: object) -> bool:
        has_room = next(answers)
        sent.extend([str(event.data["text"])] * has_room)
        return has_room

    monkeypatch.setattr(publishing, "tell", tell)
    outcome = await attempt(Saying("One", " two")).run()

    assert "".join(sent) == outcome.text == "One two"


async def test_a_snapshot_s_position_is_that_after_the_last_acknowledged_delta(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hears: list[Callable[[Ack], None]] = []

    def tell(event: Event, on_ack: Callable[[Ack], None]) -> bool:
        hears.append(on_ack)
        return True

    monkeypatch.setattr(publishing, "tell", tell)
    one = attempt(Saying("Half", ...))
    running = asyncio.create_task(one.run())
    await wait_until_async(lambda: spoken(hears), what="the first word")

    before = one.snapshot().position
    hears[0](Ack(partition=2, offset=40))
    after = one.snapshot().position
    running.cancel()

    assert (before, after) == (None, "e-2-41")
