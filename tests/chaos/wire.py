"""A stream's bytes as they come: cheap enough for many readers in one loop."""

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from tests.chaos.door import PATIENCE, Door, check

SILENCE = 20.0  # seconds: a heartbeat, and something over


async def pieces(door: Door, path: str, *, after: str | None) -> AsyncGenerator[bytes, None]:
    """Until the server ends the response; nothing at all after a 204. A cut or silence raises of TROUBLE."""
    async with asyncio.timeout(PATIENCE):
        where = urlsplit(door.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(_request(door, path, after))
            head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        check(status, f"GET {path}")
        while status == 200 and (piece := await _chunk(reader)):
            yield piece
    finally:
        writer.transport.abort()


def _request(door: Door, path: str, after: str | None) -> bytes:
    headers = {"Host": "localhost", **door.headers, **({"Last-Event-ID": after} if after else {})}
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    ).encode()


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SILENCE):
        line = await reader.readline()
        if not line:
            raise EOFError("the stream was cut")
        return (await reader.readexactly(int(line, 16) + 2))[:-2]
