from collections.abc import AsyncIterator

from chatbot.bots.protocol import Question


class RaisingBot:
    """Says one word, and then what goes wrong takes two lines."""

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        yield "Well"
        raise RuntimeError("first line\nsecond line")
