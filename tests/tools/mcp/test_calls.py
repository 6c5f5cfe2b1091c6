"""Tools of a real MCP server, called through the toolbox with its journal."""

import pytest

from chatbot.bots.protocol import ToolError, ToolWaitsError
from chatbot.tools.mcp.configuration import Asks, ServerPlace
from chatbot.tools.mcp.servers import Servers
from chatbot.tools.tool import Kind
from conversations.answers import approvals
from conversations.models import Message
from tests.conversations.replying import now
from tests.tools.mcp import library
from tests.tools.mcp.conftest import HttpLibrary, there
from tests.tools.scene import Attempts, Stage, change

pytestmark = pytest.mark.anyio


async def refused(stage: Stage, tool: str, **arguments: object) -> str:
    with pytest.raises(ToolError) as refusal:
        await stage.toolbox.call(tool, arguments)
    return str(refusal.value)


async def test_a_tool_has_the_server_s_name_before_its_own_and_the_server_s_schema(
    servers: Servers, attempts: Attempts
) -> None:
    stage = await attempts.next()

    spec = next(spec for spec in stage.toolbox.specs if spec.name == "library_find")

    assert spec.description == "Find a book by its title."
    assert spec.parameters["required"] == ["title"]


async def test_a_result_is_kept_and_shown_by_its_title(
    servers: Servers, attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()

    result = await stage.toolbox.call("library_find", {"title": "Emma"})

    assert result == {"title": "Emma", "shelf": "B4"}
    assert await attempts.journal() == [(1, "library_find", "done", result)]
    row = await attempts.database(now, reply.pk)
    assert [call["label"] for call in row.tools or []] == ["library: Look a {book} up"]


async def test_kinds_and_questions_go_by_what_the_server_says_of_its_tools(servers: Servers) -> None:
    tools = servers.tools()
    kinds = {name.removeprefix("library_"): tool.traits.kind for name, tool in tools.items()}
    asking = {name for name, tool in tools.items() if tool.traits.asks is not None}

    assert (kinds["find"], kinds["reserve"], kinds["lend"]) == (Kind.IDEMPOTENT, Kind.IDEMPOTENT, Kind.ONCE)
    assert asking == {"library_lend", "library_reserve", "library_burn"}


async def test_who_is_not_believed_asks_always_and_repeats_nothing(http_library: HttpLibrary) -> None:
    async with there(ServerPlace("library", url=http_library.url, asks=Asks.ALWAYS)) as servers:
        traits = servers.tools()["library_find"].traits

    assert traits.asks is not None
    assert traits.kind is Kind.ONCE


async def test_what_changes_something_is_shown_with_its_arguments_and_waits(
    servers: Servers, attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()

    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("library_lend", {"work": "Em\u202ema"})

    row = await attempts.database(now, reply.pk)
    assert [call["question"] for call in row.tools or []] == [
        'Run library_lend with {"work": "Em\\u202ema"}?'
    ]
    assert library.lent == []


async def test_what_was_approved_is_done_once_with_those_arguments(
    servers: Servers, attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()
    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("library_lend", {"work": "Emma", "context": "at home"})
    await attempts.database(approvals.decide, reply.conversation.owner, reply.pk, 1, approve=True)

    again = await attempts.next()

    assert [call.result for call in again.toolbox.journal] == [{"result": "lent Emma at home"}]
    assert library.lent == ["Emma"]


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("reserve", {"work": "Emma"}, "Emma is\N{REPLACEMENT CHARACTER} nowhere to be found"),
        ("find", {}, "title"),
        ("find", {"title": "x" * 70_000}, "What it is called with is too long"),
        ("copy", {"pages": 70}, "What it returned is too long"),
    ],
)
async def test_what_goes_wrong_is_told_to_the_bot(
    trusted: Servers, attempts: Attempts, tool: str, arguments: dict[str, object], why: str
) -> None:
    stage = await attempts.next()

    assert why in await refused(stage, f"library_{tool}", **arguments)


async def test_a_slow_call_is_given_up_and_the_next_one_is_answered(
    servers: Servers, attempts: Attempts
) -> None:
    stage = await attempts.next()

    why = await refused(stage, "library_search_for_long")

    assert why.startswith("It took longer than 1 seconds")
    assert await stage.toolbox.call("library_find", {"title": "Emma"})


async def test_a_call_that_its_worker_died_in_is_reported_and_not_repeated(
    trusted: Servers, attempts: Attempts
) -> None:
    first = await attempts.next()
    await first.toolbox.call("library_lend", {"work": "Emma"})
    await attempts.database(change, first, state="running", result=None)
    await attempts.die(first)

    second = await attempts.next()

    assert "nobody knows" in second.toolbox.journal[0].error
    assert library.lent == ["Emma"]
