"""The MCP servers of a worker."""

import asyncio
import logging
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from chatbot.tools.described import Tool
from chatbot.tools.mcp.configuration import ServerPlace

if TYPE_CHECKING:
    from chatbot.tools.mcp.server import Server

logger = logging.getLogger(__name__)
SETTLING = 5.0
ENDING = 8.0  # a process has 2 s to end by itself, and as long for each of two signals


class Servers:
    """Owns a task for each, from `start` to `stop`."""

    def __init__(self, places: Sequence[ServerPlace], *, seconds: float) -> None:
        self._places = places
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._servers: list[Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._settles_at = 0.0

    def start(self) -> None:
        """Loads the library for them, which takes more than a second, only where there is one."""
        self._settles_at = self._loop.time() + SETTLING
        for place in self._places:
            server: Server = import_module("chatbot.tools.mcp.server").Server(place, seconds=self._seconds)
            self._servers.append(server)
            self._tasks.append(asyncio.create_task(server.run(), name=f"MCP server {place.name}"))

    async def stop(self) -> None:
        """Their processes have ended then, or are left behind with a word in the log after 8 seconds."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=ENDING)
            for task in running:
                logger.error("%s did not end within %s s", task.get_name(), ENDING)
        self._tasks.clear()
        self._servers.clear()

    @property
    def are_settled(self) -> bool:
        """Each was tried once, or has had 5 seconds: what is answered before lacks tools that are there."""
        return self._loop.time() > self._settles_at or all(server.is_tried for server in self._servers)

    def tools(self) -> dict[str, Tool]:
        """As they are now."""
        return {name: tool for server in self._servers for name, tool in server.tools.items()}
