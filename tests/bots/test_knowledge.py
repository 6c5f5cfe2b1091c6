import asyncio
import time
from pathlib import Path

import pytest

from chatbot.bots.knowledge import KnowledgeBot
from chatbot.bots.protocol import Citation, Turn
from chatbot.knowledge.ingest import ingest
from tests.bots.asking import cited, pieces, question, said
from tests.knowledge.library import stock


class HurriedBot(KnowledgeBot):
    rate = 10_000.0


@pytest.fixture
def library(transactional_db: None, tmp_path: Path) -> None:
    """The documents about the ferry, where other threads see them too."""
    ingest([str(stock(tmp_path))])


def test_streams_its_answer_word_by_word(library: None) -> None:
    words = [piece for piece in pieces(HurriedBot(), "What does a bicycle cost?") if isinstance(piece, str)]

    assert words[:4] == ["From", " **Fares", " \u203a", " Children**"]
    assert "".join(words).endswith(
        "\n\n> Children under twelve travel free with an adult. A bicycle costs two crowns.\n"
    )


def test_cites_while_it_answers(library: None) -> None:
    heard = pieces(HurriedBot(), "What does a bicycle cost?")

    citations = [place for place, piece in enumerate(heard) if isinstance(piece, Citation)]
    assert len(citations) == 1
    assert heard[citations[0] - 1] == " [1]:"


def test_answers_at_a_pace_that_can_be_seen(library: None) -> None:
    began = time.monotonic()

    words = pieces(KnowledgeBot(), "What does a bicycle cost?")

    assert time.monotonic() - began >= (len(words) - 2) / KnowledgeBot.rate


def test_understands_a_question_by_what_was_asked_before(library: None) -> None:
    before = (Turn("user", "May I bring a bicycle?"), Turn("assistant", "Yes: children travel free."))

    assert cited(HurriedBot(), "And what does it cost?", *before)[0].title == "Fares \u203a Children"


def test_says_that_it_has_nothing(library: None) -> None:
    assert said(HurriedBot(), "what is the capital of France").startswith("I have nothing on this")
    assert cited(HurriedBot(), "what is the capital of France") == []


def test_answers_many_at_once(library: None) -> None:
    async def ask() -> str:
        return "".join(
            [str(piece) async for piece in HurriedBot().answer(question("the last ferry in winter?"))]
        )

    async def ask_many() -> list[str]:
        return await asyncio.gather(*(ask() for _ in range(40)))

    assert len(set(asyncio.run(ask_many()))) == 1


def test_speaks_markdown() -> None:
    assert KnowledgeBot.markdown is True
