"""Bots that a worker has to leave although they do not want to end."""

import asyncio
import time
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async

from chatbot.bots.protocol import Question


class UnrulyBot:
    """Ignores its end, in the way that the question names: its task, or a thread of its own."""

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        yield "one two three four five"
        if question.text == "thread":
            await sync_to_async(time.sleep, thread_sensitive=False)(600)
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue


class FloodingBot:
    """Says nothing, as fast as it can, and never awaits."""

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        while True:
            yield ""
