import asyncio
from io import StringIO
from uuid import UUID

import pytest

from chatbot.bots.protocol import Bot, BotError, Citation, Part, Question, Turn

CONVERSATION = UUID(int=1)


def question(text: str, *history: Turn) -> Question:
    return Question(text=text, history=history, user_id=1, conversation_id=CONVERSATION)


def pieces(bot: Bot, text: str, *history: Turn) -> list[Part]:
    """All that the bot yields when it is asked this."""

    async def listen() -> list[Part]:
        return [piece async for piece in bot.answer(question(text, *history))]

    return asyncio.run(listen())


def said(bot: Bot, text: str, *history: Turn) -> str:
    """The text of the answer, without its citations."""
    return "".join(piece for piece in pieces(bot, text, *history) if isinstance(piece, str))


def cited(bot: Bot, text: str, *history: Turn) -> list[Citation]:
    return [piece for piece in pieces(bot, text, *history) if isinstance(piece, Citation)]


def heard_before_failing(bot: Bot, text: str) -> tuple[str, str]:
    """What was said before the bot failed, and why it did."""
    heard = StringIO()

    async def listen() -> None:
        async for piece in bot.answer(question(text)):
            heard.write(str(piece))

    with pytest.raises(BotError) as failure:
        asyncio.run(listen())
    return heard.getvalue(), str(failure.value)
