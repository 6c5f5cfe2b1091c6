"""A real MCP server for tests: a library. `python -m tests.tools.mcp.library` serves it on standard input."""

import asyncio
import os

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

lent: list[str] = []
server = MCPServer("library")


@server.tool(title="Look a {book} up", annotations=ToolAnnotations(read_only_hint=True))
def find(title: str) -> dict[str, str]:
    """Find a book by its title."""
    return {"title": title, "shelf": "B4"}


@server.tool()
def lend(work: str, context: str = "") -> str:
    """Lend a book."""
    lent.append(work)
    return f"lent {work} {context}".strip()


@server.tool(annotations=ToolAnnotations(idempotent_hint=True))
def reserve(work: str) -> str:
    """Reserve a book."""
    raise ToolError(f"{work} is\0 nowhere to be found")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
async def search_for_long() -> str:
    """Search for longer than anybody waits."""
    await asyncio.sleep(60)
    return "nothing"


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def copy(pages: int) -> str:
    """Copy so many pages."""
    return "x" * 1000 * pages


@server.tool()
def burn() -> str:
    """End the library in the middle of a call."""
    os._exit(1)


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def number() -> int:
    """The number of its process."""
    return os.getpid()


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def secrets() -> list[str]:
    """The names of the variables in its environment."""
    return sorted(os.environ)


if __name__ == "__main__":
    server.run("stdio")
