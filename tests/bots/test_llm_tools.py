"""Tools that a model calls: what it is offered, what it gets, and what a new attempt is told."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chatbot.bots.llm.bot import LlmBot
from chatbot.bots.llm.exchange import MOST_REQUESTS
from chatbot.bots.llm.failure import TOO_MANY_CALLS
from chatbot.bots.protocol import BotError, Part, ToolCall, ToolError, ToolSpec, ToolWaitsError, Usage
from tests.bots.asking import question
from tests.bots.provider import Provider, Refusal, calls, says

FIND = ToolSpec(
    "find_booking",
    "Looks up a booking by its number.",
    {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
)


class PlainBot(LlmBot):
    has_knowledge = False


@dataclass
class Drawer:
    """A toolbox with one tool, which gives `result`, or raises it."""

    result: Any
    journal: Sequence[ToolCall] = ()
    called: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    specs: Sequence[ToolSpec] = (FIND,)

    def resume(self) -> Sequence[ToolCall]:
        return self.journal

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        self.called.append((tool, arguments))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def asked(tools: Drawer) -> list[Part]:
    async def listen() -> list[Part]:
        return [part async for part in PlainBot().answer(replace(question("Booking 7?"), tools=tools))]

    return asyncio.run(listen())


def words(parts: list[Part]) -> str:
    return "".join(part for part in parts if isinstance(part, str))


@pytest.mark.parametrize(
    "message",
    [
        "registry.ollama.ai/library/small:4b does not support tools",
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        "No endpoints found that support tool use.",
    ],
)
def test_a_model_that_takes_no_tools_answers_without(provider: Provider, message: str) -> None:
    provider.will(Refusal(400, message=message), says("It is at ten."))

    assert words(asked(Drawer({}))) == "It is at ten."
    assert ["tools" in each.body for each in provider.asked] == [True, False]


def test_the_model_is_offered_the_tools(provider: Provider) -> None:
    provider.will(says("None needed."))

    asked(Drawer({}))

    (tool,) = provider.asked[0].body["tools"]
    assert (tool["type"], tool["function"]["name"]) == ("function", "find_booking")
    assert tool["function"]["description"] == FIND.description
    assert tool["function"]["parameters"]["properties"] == FIND.parameters["properties"]


def test_what_it_calls_is_called_and_the_result_is_told_as_data(provider: Provider) -> None:
    tools = Drawer({"name": "alice", "when": "noon"})
    provider.will(calls("find_booking", '{"number": 7}'), says("At noon."))

    heard = asked(tools)

    assert words(heard) == "At noon."
    assert tools.called == [("find_booking", {"number": 7})]
    result = provider.asked[1].messages[-1]
    assert (result["role"], result["tool_call_id"]) == ("tool", "call-find_booking")
    first, data, last = result["content"].splitlines()
    assert json.loads(data) == {"name": "alice", "when": "noon"}
    assert (first[:8], last) == ("<result ", f"</{first[1:]}")


def test_what_is_said_before_a_call_and_after_it_are_two_paragraphs(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}', before="Let me see."), says("At noon."))

    assert words(asked(Drawer({}))) == "Let me see.\n\nAt noon."


def test_what_was_said_to_the_model_before_stays_as_it_was(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}'), says("At noon."))

    asked(Drawer({}))

    first, second = provider.asked
    assert second.messages[: len(first.messages)] == first.messages


def test_a_tool_that_fails_is_the_models_to_explain(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}'), says("There is none."))

    heard = asked(Drawer(ToolError("There is no booking 7.")))

    assert words(heard) == "There is none."
    assert "Error: There is no booking 7." in provider.asked[1].messages[-1]["content"]


@pytest.mark.parametrize("arguments", ["[7]", '{"number":', "seven", '"7"'])
def test_arguments_that_are_no_object_are_the_models_to_mend(provider: Provider, arguments: str) -> None:
    tools = Drawer({})
    provider.will(calls("find_booking", arguments), says("Sorry."))

    heard = asked(tools)

    assert (words(heard), tools.called) == ("Sorry.", [])
    *_, made, result = provider.asked[1].messages
    assert "must be a JSON object" in result["content"]
    # Servers read them again, and refuse what they can't read.
    assert json.loads(made["tool_calls"][0]["function"]["arguments"]) == {}


def test_a_tool_that_asks_a_person_first_ends_the_attempt(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}'))

    with pytest.raises(ToolWaitsError):
        asked(Drawer(ToolWaitsError()))

    assert len(provider.asked) == 1


def test_a_new_attempt_goes_on_from_what_an_earlier_one_called(provider: Provider) -> None:
    earlier = [
        ToolCall(0, "find_booking", {"number": 7}, None, error="There is no booking 7."),
        ToolCall(1, "find_booking", {"number": 8}, {"when": "noon"}),
    ]
    tools = Drawer({}, journal=earlier)
    provider.will(says("At noon."))

    heard = asked(tools)

    (request,) = provider.asked
    assert (words(heard), tools.called) == ("At noon.", [])
    assert request.roles == ["system", "user", "assistant", "tool", "assistant", "tool"]
    made = [message["tool_calls"][0]["function"]["arguments"] for message in request.messages[2::2]]
    assert list(map(json.loads, made)) == [{"number": 7}, {"number": 8}]
    # As the strictest server wants them.
    assert re.fullmatch(r"[a-zA-Z0-9]{9}", request.messages[2]["tool_calls"][0]["id"])
    assert "no booking 7" in request.messages[3]["content"]
    assert "noon" in request.messages[5]["content"]


def test_all_requests_of_an_answer_are_counted(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}'), says("At noon."))

    last = [part for part in asked(Drawer({})) if isinstance(part, Usage)][-1]

    assert (last.input_tokens, last.output_tokens) == (80, 14)


def test_what_was_taken_before_a_person_is_asked_is_told(provider: Provider) -> None:
    provider.will(calls("find_booking", '{"number": 7}'))
    heard: list[Part] = []

    async def listen() -> None:
        answer = PlainBot().answer(replace(question("Booking 7?"), tools=Drawer(ToolWaitsError())))
        while True:
            heard.append(await anext(answer))

    with pytest.raises(ToolWaitsError):
        asyncio.run(listen())

    *_, usage = heard
    assert isinstance(usage, Usage)
    assert usage.output_tokens == 7


def test_a_model_that_calls_for_ever_is_stopped(provider: Provider) -> None:
    provider.will(*[calls("find_booking", '{"number": 7}')] * (MOST_REQUESTS + 1))

    with pytest.raises(BotError, match=TOO_MANY_CALLS):
        asked(Drawer({}))

    assert len(provider.asked) == MOST_REQUESTS
