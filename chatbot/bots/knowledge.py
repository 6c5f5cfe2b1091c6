import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from asgiref.sync import sync_to_async
from django.db import connection

from chatbot.knowledge.answer import answer_to
from chatbot.tools.intents import acted

from .pace import paced
from .protocol import Citation, Question


class KnowledgeBot:
    """Answers with what the ingested documents say, quoted and cited; says so when they say nothing."""

    markdown = True
    rate = 80.0
    """Words a second: slow enough to be seen coming, faster than anybody reads."""

    async def answer(self, question: Question) -> AsyncIterator[str | Citation]:
        done = await acted(question)
        async for piece in paced(words_of([done] if done else await _found(question)), self.rate):
            yield piece


async def _found(question: Question) -> list[str | Citation]:
    before = [turn.text for turn in question.history if turn.role == "user"]
    return await sync_to_async(looked_up, thread_sensitive=False)(question.text, before)


def looked_up(text: str, before: Sequence[str]) -> list[str | Citation]:
    """The answer, looked up in a thread that gives its database connection back at once."""
    try:
        return list(answer_to(text, before))
    finally:
        connection.close()


def words_of(parts: Iterable[str | Citation]) -> Iterator[str | Citation]:
    """Each word with the space before it; a citation stays where it is."""
    for part in parts:
        yield from re.findall(r"\s*\S+|\s+", part) if isinstance(part, str) else [part]
