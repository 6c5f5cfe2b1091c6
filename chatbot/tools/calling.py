"""One call of a tool: in time, on the right thread, and what came of it as the journal keeps it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from chatbot.bots.protocol import ToolError
from chatbot.database import Database
from chatbot.tools.described import Arguments, Tool
from chatbot.tools.plain import NotPlainError, plain_result
from chatbot.tools.tool import Kind, ToolContext, UnknownEffectError
from conversations.answers.journal import Ending
from conversations.models import ToolCall

logger = logging.getLogger(__name__)
State = ToolCall.State
FAILED = "It failed for a reason that is in the service's log."
PERHAPS = f"{FAILED} It may have taken effect all the same."
UNKNOWN = "nobody knows whether it took effect. It is not repeated by itself."
UNAPPROVED = "Nobody has approved this: it was not done."
GONE = "There is no such tool any more."
INTERRUPTED = f"It was interrupted, and {UNKNOWN}"


def effect(tool: Tool, context: ToolContext, arguments: Arguments) -> Callable[[], Any]:
    """The call itself, for a thread of the database: returns its result as plain JSON."""
    return lambda: plain_result(tool.function(context, **arguments.values))


async def called(tool: Tool, context: ToolContext, arguments: Arguments, database: Database) -> Ending:
    """The end of a call that has no transaction; raises nothing that the tool raised."""
    limit = asyncio.timeout(tool.traits.seconds)
    try:
        async with limit:
            if tool.is_async:
                returned = await tool.function(context, **arguments.values)
            else:
                returned = await database(tool.function, context, **arguments.values)
        return Ending(State.DONE, plain_result(returned))
    except Exception as error:  # noqa: BLE001  (a tool may raise anything: the log and the bot are told)
        return late(tool) if limit.expired() else failure(tool, error)


def given_up(call: ToolCall, tool: Tool | None) -> Ending | None:
    """None: it is to be run, for the first time or again."""
    if call.state == State.WAITING:
        return Ending(State.FAILED, error=UNAPPROVED)
    if call.state == State.APPROVED:
        return None if tool is not None else Ending(State.FAILED, error=GONE)
    is_repeatable = tool is not None and tool.traits.kind is not Kind.ONCE
    return None if is_repeatable else Ending(State.INTERRUPTED, error=INTERRUPTED)


def late(tool: Tool) -> Ending:
    logger.warning("the tool %s took longer than %s s", tool.spec.name, tool.traits.seconds)
    said = f"It took longer than {tool.traits.seconds:g} seconds, and"
    if tool.traits.kind is Kind.DATABASE:
        return Ending(State.FAILED, error=f"{said} was undone.")
    return Ending(State.INTERRUPTED, error=f"{said} {UNKNOWN}")


def failure(tool: Tool, error: Exception) -> Ending:
    if isinstance(error, ToolError):
        return Ending(State.FAILED, error=str(error) or FAILED)
    if isinstance(error, UnknownEffectError):
        logger.warning("the tool %s was interrupted: %s", tool.spec.name, error)
        return Ending(State.INTERRUPTED, error=INTERRUPTED)
    if isinstance(error, NotPlainError):
        is_undone = tool.traits.kind is Kind.DATABASE
        return Ending(State.FAILED, error=str(error) if is_undone else f"It was done, but: {error}")
    logger.error("the tool %s failed", tool.spec.name, exc_info=error)
    return Ending(State.FAILED, error=FAILED if tool.traits.kind is Kind.DATABASE else PERHAPS)
