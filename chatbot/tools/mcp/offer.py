"""What an MCP server lists, as tools of ours."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from mcp import types

from chatbot.bots.protocol import ToolError, ToolSpec
from chatbot.tools.described import Arguments, Tool
from chatbot.tools.mcp.configuration import Asks, ServerPlace
from chatbot.tools.plain import NotPlainError, plain_arguments, storable_json
from chatbot.tools.tool import Kind, ToolContext, Traits

logger = logging.getLogger(__name__)
LONGEST_NAME = 64  # what the protocols of models allow
LONGEST_DESCRIPTION = 4_000
LARGEST_SCHEMA = 30_000

Call = Callable[[str, dict[str, Any]], Awaitable[object]]


def offered(
    place: ServerPlace, listed: Iterable[types.Tool], call: Call, *, seconds: float
) -> dict[str, Tool]:
    """By their names here, `<server>_<tool>`. One that can't be had so is left out, and the log says why."""
    tools: dict[str, Tool] = {}
    for one in listed:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{place.name}_{one.name}")
        if len(name) > LONGEST_NAME or name in tools:
            logger.warning("a tool of the MCP server %s has a name too long, or like another's", place.name)
        elif len(json.dumps(one.input_schema)) > LARGEST_SCHEMA:
            logger.warning("the tool %s describes its arguments at too great length", name)
        else:
            tools[name] = _tool(place, name, one, call, seconds)
    return tools


def _tool(place: ServerPlace, name: str, one: types.Tool, call: Call, seconds: float) -> Tool:
    async def function(_context: ToolContext, /, **arguments: Any) -> object:
        return await call(one.name, arguments)

    title = " ".join((one.title or one.name).split()).replace("{", "{{").replace("}", "}}")
    traits = Traits(_kind(place, one), _asks(place, name, one), f"{place.name}: {title}", seconds)
    says = (one.description or one.title or one.name)[:LONGEST_DESCRIPTION]
    spec = ToolSpec(name, storable_json(says), storable_json(one.input_schema))
    return Tool(spec, function, traits, arguments)


def arguments(given: Mapping[str, object]) -> Arguments:
    """As they are: the server knows what it takes. Raises ToolError for what is no JSON, or too long."""
    try:
        plain = plain_arguments(given)
    except NotPlainError as error:
        raise ToolError(str(error)) from error
    return Arguments(plain, plain)


def _kind(place: ServerPlace, one: types.Tool) -> Kind:
    said = one.annotations if place.asks is not Asks.ALWAYS else None
    is_repeatable = said is not None and (said.read_only_hint or said.idempotent_hint)
    return Kind.IDEMPOTENT if is_repeatable else Kind.ONCE


def _asks(place: ServerPlace, name: str, one: types.Tool) -> Callable[..., str] | None:
    is_harmless = bool(one.annotations and one.annotations.read_only_hint)
    if place.asks is Asks.NEVER or (place.asks is Asks.CHANGES and is_harmless):
        return None

    def asks(_context: ToolContext, /, **arguments: Any) -> str:
        return f"Run {name} with {_shown(arguments)}?" if arguments else f"Run {name}?"

    return asks


def _shown(arguments: dict[str, Any]) -> str:
    """All of them; what can't be seen, or turns the text around, as its escape."""
    text = json.dumps(arguments, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
