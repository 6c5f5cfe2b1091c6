"""Holds a connection to a library until it is killed, and prints the number of the library's process."""

import asyncio
import sys

from chatbot.tools.mcp.configuration import ServerPlace
from chatbot.tools.mcp.connection import connected

LIBRARY = (sys.executable, "-m", "tests.tools.mcp.library")


async def hold() -> None:
    async with connected(ServerPlace("library", command=LIBRARY)) as client:
        said = await client.call_tool("number")
        sys.stdout.write(f"{said.structured_content['result']}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hold())
