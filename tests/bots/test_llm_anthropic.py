"""A provider with a protocol of its own is the same to the bot: here Anthropic's."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from chatbot.bots.llm.bot import LlmBot
from chatbot.bots.protocol import Usage
from tests.bots.asking import heard_before_failing, pieces, question
from tests.bots.provider import Provider, Refusal, Stream
from tests.bots.test_llm import counts
from tests.bots.test_llm_tools import Drawer
from tests.waiting import wait_until_async


class PlainBot(LlmBot):
    has_knowledge = False


@pytest.fixture
def anthropic(provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.base_url.removesuffix("/v1"))
    settings.LLM_MODEL = "anthropic:claude-sonnet-5-5"
    settings.LLM_BASE_URL = ""
    return provider


def begun() -> dict[str, Any]:
    message = {"id": "m-1", "type": "message", "role": "assistant", "model": "claude", "content": []}
    taken = {"input_tokens": 40, "output_tokens": 1}
    return {"type": "message_start", "message": {**message, "stop_reason": None, "usage": taken}}


def block(block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    start = {"type": "content_block_start", "index": 0, "content_block": block}
    moves = [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    return [start, *moves, {"type": "content_block_stop", "index": 0}]


def words(*said: str) -> list[dict[str, Any]]:
    return block({"type": "text", "text": ""}, *({"type": "text_delta", "text": text} for text in said))


def ended(reason: str) -> list[dict[str, Any]]:
    usage = {"output_tokens": 7}
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage},
        {"type": "message_stop"},
    ]


def test_it_is_heard_and_counted(anthropic: Provider) -> None:
    anthropic.will(Stream((begun(), *words("Two", " crowns."), *ended("end_turn")), ends=False))

    heard = pieces(PlainBot(), "What does a bicycle cost?")

    assert [piece for piece in heard if isinstance(piece, str)] == ["Two", " crowns."]
    last = [piece for piece in heard if isinstance(piece, Usage)][-1]
    assert (last.input_tokens, last.output_tokens) == (40, 7)
    assert anthropic.asked[0].path == "/v1/messages"
    assert "sk-4711" in str(anthropic.asked[0].headers)


def test_its_calls_are_answered(anthropic: Provider) -> None:
    call = {"type": "tool_use", "id": "call-1", "name": "find_booking", "input": {}}
    given = {"type": "input_json_delta", "partial_json": '{"number": 7}'}
    tools = Drawer({"when": "noon"})
    anthropic.will(
        Stream((begun(), *block(call, given), *ended("tool_use")), ends=False),
        Stream((begun(), *words("At noon."), *ended("end_turn")), ends=False),
    )

    async def listen() -> list[object]:
        return [part async for part in PlainBot().answer(replace(question("Booking 7?"), tools=tools))]

    heard = asyncio.run(listen())

    assert "At noon." in heard
    assert tools.called == [("find_booking", {"number": 7})]
    assert "noon" in str(anthropic.asked[1].messages[-1])


def test_its_refusal_is_the_same_sentence(anthropic: Provider) -> None:
    anthropic.will(Refusal(401))

    _, why = heard_before_failing(PlainBot(), "Hello")

    assert "refuses this service's key" in why


def test_closing_the_answer_hangs_up(anthropic: Provider) -> None:
    async def listen() -> None:
        async with aclosing(PlainBot().answer(question("Hello"))) as parts:
            await anext(parts)
        await wait_until_async(counts(lambda: anthropic.hung_up), 2, what="the model is told")

    anthropic.will(Stream((begun(), *words("Half")), stalls=True))

    asyncio.run(listen())
