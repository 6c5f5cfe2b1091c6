"""Tools for tests: they leave their traces in a table, or in a list."""

import asyncio
import threading
from typing import Annotated, Any

from django.contrib.auth.models import Group
from django.db import connection
from pydantic import Field

from chatbot.bots.protocol import ToolError
from chatbot.tools.tool import Kind, ToolContext, tool

sent: list[str] = []
"""What left the service: the key under which it did."""
held = threading.Event()


@tool(Kind.DATABASE, label="Noted {text}")
def note(context: ToolContext, text: Annotated[str, Field(max_length=50)]) -> dict[str, Any]:
    """Write a note down."""
    return {"note": Group.objects.create(name=f"{text} by {context.user}").pk}


@tool(Kind.DATABASE, asks="Note {text}?", label="Noted {text}")
def careful_note(context: ToolContext, text: str) -> str:
    """Write a note down, once somebody has said yes."""
    return str(Group.objects.create(name=text))


def ask_the_database(context: ToolContext) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    return "Sure?"


@tool(Kind.DATABASE, asks=ask_the_database, seconds=0.2)
def ponder(context: ToolContext) -> str:
    """Ask a question that takes its time."""
    return "pondered"


@tool(Kind.DATABASE)
def refuse(context: ToolContext) -> str:
    """Write something down, and refuse it all the same."""
    Group.objects.create(name="undone")
    raise ToolError("The book is full.")


@tool(Kind.DATABASE, seconds=0.3)
def dawdle(context: ToolContext) -> str:
    """Write a note down, too late."""
    Group.objects.create(name="late")
    held.wait(5)
    return "late"


@tool(Kind.IDEMPOTENT, label="Paid {amount}")
async def pay(context: ToolContext, amount: int = 5) -> str:
    """Pay an amount, once for each key."""
    sent.append(context.key)
    return f"paid {amount}"


@tool(label="Sent a letter")
async def send(context: ToolContext) -> str:
    """Send a letter."""
    sent.append(context.key)
    return "sent"


@tool(seconds=0.1)
async def hang(context: ToolContext) -> str:
    """Never come to an end."""
    await asyncio.Event().wait()
    return "never"


@tool()
def whisper(context: ToolContext) -> object:
    """Return what can't be kept."""
    return "x" * 100_000


@tool()
def stumble(context: ToolContext) -> str:
    """Fail."""
    raise KeyError("secret")


TOOLS = {
    function.__name__: f"{__name__}.{function.__name__}"
    for function in (note, careful_note, ponder, refuse, dawdle, pay, send, hang, whisper, stumble)
}
