import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from chatbot.bots.protocol import Question


class NotingBot:
    """Asked `hello /a/file` it says hello, and nothing more; asked `- /a/file`, nothing at all.

    The file is written once it is closed.
    """

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        word, _, file = question.text.partition(" ")
        try:
            if word != "-":
                yield word
            await asyncio.Event().wait()
        finally:
            note(file)


def note(file: str) -> None:
    Path(file).write_text("closed", "utf-8")
