"""How often an answer is told: its first word at once, then every 50 ms, or less often in a crowd."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatbot.bots.protocol import BotError, Question
from chatbot.worker.attempt.voice import PAUSE, spoken
from streaming.event import Event
from tests.worker.attempts import attempt
from tests.worker.bots import Saying

pytestmark = pytest.mark.anyio


class Steady:
    """Thirty words, one each 10 ms."""

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        for _ in range(30):
            yield "word "
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("voices", "pause"), [(1, PAUSE), (500, PAUSE), (1000, 0.1), (4000, 0.4)])
def test_a_crowd_is_told_less_often(voices: int, pause: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "voices", voices)

    assert spoken.pause == pause


async def test_in_a_crowd_more_words_share_a_delta(
    told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    await attempt(Steady()).run()
    alone = len(told)
    told.clear()

    monkeypatch.setattr(spoken, "voices", 5000)
    await attempt(Steady()).run()

    assert "".join(str(event.data["text"]) for event in told) == "word " * 30
    assert len(told) < alone


@pytest.mark.parametrize("end", ["", BotError("closed"), KeyError("secret")])
async def test_one_that_has_ended_is_none_of_the_crowd(told: list[Event], end: object) -> None:
    before = spoken.voices

    await attempt(Saying("Hello", end)).run()

    assert spoken.voices == before


async def test_nor_is_one_that_was_taken_away(told: list[Event]) -> None:
    before = spoken.voices
    running = asyncio.create_task(attempt(Saying("Hello", ...)).run())
    await asyncio.sleep(0)

    running.cancel()
    await asyncio.wait([running])

    assert spoken.voices == before
