import re
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection

from chatbot.knowledge.answer import answer_to

from .pace import paced
from .protocol import Citation, Question


class KnowledgeBot:
    """Answers with what the ingested documents say, quoted and cited; says so when they say nothing."""

    markdown = True
    rate = 80.0
    """Words a second: slow enough to be seen coming, faster than anybody reads."""

    async def answer(self, question: Question) -> AsyncIterator[str | Citation]:
        before = next((turn.text for turn in reversed(question.history) if turn.role == "user"), "")
        for part in await sync_to_async(looked_up, thread_sensitive=False)(question.text, before):
            if isinstance(part, Citation):
                yield part
                continue
            async for word in paced(re.findall(r"\s*\S+|\s+", part), self.rate):
                yield word


def looked_up(text: str, before: str) -> list[str | Citation]:
    """The answer, looked up in a thread that gives its database connection back at once."""
    try:
        return list(answer_to(text, before))
    finally:
        connection.close()
