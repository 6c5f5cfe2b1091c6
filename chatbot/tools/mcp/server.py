"""One MCP server: its session, and its tools for as long as it is there."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx2
from mcp import Client, MCPError, types

from chatbot.bots.protocol import ToolError
from chatbot.tools.described import Tool
from chatbot.tools.mcp.configuration import ServerPlace
from chatbot.tools.mcp.connection import connected
from chatbot.tools.mcp.offer import offered
from chatbot.tools.mcp.saying import failure, result
from chatbot.tools.tool import UnknownEffectError

logger = logging.getLogger(__name__)
CONNECTING = 15.0
LISTING = 10.0
LISTED = 30.0  # seconds between two lists, which also show that it is still there
MOST_TOOLS = 100
MOST_PAGES = 20
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LASTING = 60.0  # a session that was longer than this did not fail at its beginning


class Server:
    """The task that runs it owns the session; `call` is for any other task of the loop."""

    def __init__(self, place: ServerPlace, *, seconds: float) -> None:
        self.tools: Mapping[str, Tool] = {}
        self.is_tried = False
        self._place = place
        self._seconds = seconds
        self._client: Client | None = None
        self._listed: list[types.Tool] = []
        self._doubt = asyncio.Event()
        self._failures = 0
        self._is_missed = False

    async def run(self) -> None:
        """Until cancelled. A server that is away is tried again, after a minute at most."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                await self._converse()
            except Exception as error:  # noqa: BLE001  (the libraries below raise of many kinds, in groups)
                self._miss(error)
            self.is_tried = True
            self._failures = 0 if loop.time() - begun > LASTING else self._failures + 1
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10))
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))

    async def call(self, tool: str, arguments: dict[str, Any]) -> object:
        """Its result. Raises ToolError, and UnknownEffectError when the server went away in the middle."""
        if self._client is None:
            raise ToolError(f"The server {self._place.name} can't be reached just now.")
        try:
            return result(await self._client.call_tool(tool, arguments))
        except MCPError as error:
            self._doubt.set()
            raise failure(error) from error
        except (OSError, httpx2.TransportError) as error:
            self._doubt.set()
            raise UnknownEffectError("the server has not answered") from error

    async def _converse(self) -> None:
        try:
            async with asyncio.timeout(CONNECTING) as limit, connected(self._place) as client:
                await self._list(client)
                limit.reschedule(None)
                await self._keep(client)
        finally:
            self._forget()

    async def _keep(self, client: Client) -> None:
        """Raises once it is not there any more."""
        self._client, self.is_tried, self._is_missed = client, True, False
        logger.info("the MCP server %s is there, with %s tools", self._place.name, len(self.tools))
        try:
            while True:
                await self._until_doubted(LISTED * random.uniform(0.7, 1.3))
                async with asyncio.timeout(LISTING):
                    await self._list(client)
        finally:
            self._forget()  # before the connection is closed, which takes seconds

    async def _until_doubted(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._doubt.wait()
        self._doubt.clear()

    async def _list(self, client: Client) -> None:
        listed: list[types.Tool] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            listed += page.tools
            cursor = page.next_cursor
            if cursor is None or len(listed) >= MOST_TOOLS:
                break
        if len(listed) > MOST_TOOLS or cursor is not None:
            logger.warning("the MCP server %s has more than %s tools", self._place.name, MOST_TOOLS)
        if listed != self._listed:
            self._listed = listed
            self.tools = offered(self._place, listed[:MOST_TOOLS], self.call, seconds=self._seconds)

    def _forget(self) -> None:
        self._client, self.tools, self._listed = None, {}, []

    def _miss(self, error: Exception) -> None:
        """Said once: until it is there again, more of the same is news to nobody."""
        if not self._is_missed:
            logger.warning(
                "the MCP server %s is away, and so are its tools; it is tried again: %s",
                self._place.name,
                _cause(error),
            )
        self._is_missed = True


def _cause(error: BaseException) -> str:
    """What it was in the end, without what might be a secret in an address."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = str(error) if isinstance(error, OSError | MCPError | httpx2.TransportError) else ""
    return f"{type(error).__name__} {said[:200]}".strip()
