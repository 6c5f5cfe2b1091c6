"""Runnables of LangChain as bots: their streams, their ends, and what they are given."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableConfig, RunnableGenerator, RunnableLambda

from chatbot.bots.langchain import NO_RUNNABLE, LangchainBot
from chatbot.bots.load import load
from chatbot.bots.protocol import BotError, Citation, Turn, Usage
from tests.bots.asking import cited, heard_before_failing, pieces, question, said

CITED = Citation(1, "Fares", "fares.md", "/fares/", "Two crowns.")


@dataclass
class Seen:
    """What the runnable below was given, and how it ended."""

    messages: list[BaseMessage] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    is_closed: bool = False


seen = Seen()


def remember(messages: list[BaseMessage], config: RunnableConfig) -> str:
    seen.messages, seen.config = messages, dict(config["configurable"])
    return "Noted."


async def endless(messages: AsyncIterator[Any]) -> AsyncIterator[str]:
    try:
        yield "Half"
        await asyncio.Event().wait()
    finally:
        seen.is_closed = True


async def counted(messages: AsyncIterator[Any]) -> AsyncIterator[AIMessageChunk]:
    usage = UsageMetadata(input_tokens=3, output_tokens=2, total_tokens=5)
    thought = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "crowns."}]
    yield AIMessageChunk(content="Two ", response_metadata={"model_name": "small"})
    yield AIMessageChunk(content=[*thought])
    yield AIMessageChunk(content="", usage_metadata=usage)
    yield AIMessageChunk(content="", usage_metadata=usage)


async def citing(messages: AsyncIterator[Any]) -> AsyncIterator[str | Citation]:
    yield "Two [1]."
    yield CITED


async def failing(messages: AsyncIterator[Any]) -> AsyncIterator[str]:
    yield "Half"
    raise BotError("The ferry is full.")


def replies() -> Iterator[AIMessage]:
    while True:
        yield AIMessage("Two crowns for a bicycle.")


noted = RunnableLambda(remember)
model = GenericFakeChatModel(messages=replies())
prompt = ChatPromptTemplate([("system", "You sell tickets."), ("placeholder", "{messages}")])
chain = {"messages": lambda messages: messages} | prompt | model | StrOutputParser()
stalled = RunnableGenerator(endless)
metered = RunnableGenerator(counted)
sourced = RunnableGenerator(citing)
broken = RunnableGenerator(failing)
numbers = RunnableLambda[list[BaseMessage], int](len)


def bot(name: str) -> LangchainBot:
    class Bot(LangchainBot):
        runnable = f"{__name__}.{name}"

    return Bot()


@pytest.mark.parametrize("name", ["model", "chain"])
def test_a_runnable_is_heard_piece_by_piece(name: str) -> None:
    words = [piece for piece in pieces(bot(name), "What does a bicycle cost?") if piece]

    assert words == ["Two", " ", "crowns", " ", "for", " ", "a", " ", "bicycle."]


def test_the_setting_names_the_runnable(settings: Any) -> None:
    settings.LANGCHAIN_RUNNABLE = f"{__name__}.noted"

    assert said(load("langchain"), "Hello") == "Noted."


def test_it_is_given_the_conversation_as_messages_and_who_asks() -> None:
    said(bot("noted"), "And adults?", Turn("user", "Do children pay?"), Turn("assistant", "No."))

    told = [(message.type, message.content) for message in seen.messages]
    assert told == [("human", "Do children pay?"), ("ai", "No."), ("human", "And adults?")]
    assert (seen.config["user_id"], seen.config["thread_id"]) == (1, str(question("").conversation_id))


def test_what_messages_say_they_took_is_added_up() -> None:
    heard = pieces(bot("metered"), "What does a bicycle cost?")

    last = [piece for piece in heard if isinstance(piece, Usage)][-1]
    assert "".join(piece for piece in heard if isinstance(piece, str)) == "Two crowns."
    assert (last.model, last.input_tokens, last.output_tokens) == ("small", 6, 4)
    assert last.first_token_ms is not None


def test_a_runnable_may_cite() -> None:
    assert cited(bot("sourced"), "What does a bicycle cost?") == [CITED]


def test_a_reason_of_its_own_reaches_the_person() -> None:
    assert heard_before_failing(bot("broken"), "Hello") == ("Half", "The ferry is full.")


def test_what_is_no_text_is_refused_by_its_name() -> None:
    with pytest.raises(TypeError, match="the runnable streams int"):
        pieces(bot("numbers"), "Hello")


def test_closing_the_answer_closes_the_runnable() -> None:
    async def listen() -> object:
        async with aclosing(bot("stalled").answer(question("Hello"))) as parts:
            return await anext(parts)

    seen.is_closed = False

    assert asyncio.run(listen()) == "Half"
    assert seen.is_closed


@pytest.mark.parametrize("name", ["nobody", "no.such", ""])
def test_without_a_runnable_the_person_is_told_so(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert heard_before_failing(bot(name), "Hello") == ("", NO_RUNNABLE)
    assert "can't be had" in caplog.text
