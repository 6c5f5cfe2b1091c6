"""Many clients at once, in one loop."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from tests.reader.sse import Event, Parser
from tests.waiting import wait_until_async

PAUSE = (0.05, 0.3)


@dataclass(frozen=True)
class Ending:
    """How a connection ended: `is_whole` when the response did, rather than the connection under it."""

    at: float
    is_whole: bool


@dataclass
class Client:
    """Reads its user's events from whichever server listens, and resumes after each cut with the last id."""

    urls: Sequence[str]
    token: str
    position: str = ""
    heard: list[Event] = field(default_factory=list)
    opened: int = 0
    endings: list[Ending] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [json.loads(event.data)["n"] for event in self.heard if event.type == "test.count"]

    async def run(self) -> None:
        while True:
            try:
                await self._listen(random.choice(self.urls))
            except (OSError, EOFError, ValueError):
                await asyncio.sleep(random.uniform(*PAUSE))

    async def _listen(self, url: str) -> None:
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        try:
            writer.write(REQUEST.format(token=self.token, position=self.position).encode())
            if b" 200 " in await reader.readuntil(b"\r\n\r\n"):
                self.opened += 1
                await self._read(reader)
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        parser, is_whole = Parser(), False
        try:
            while size := int(await reader.readline(), 16):
                self.heard += parser.feed((await reader.readexactly(size + 2))[:-2])
                self.position = parser.last_event_id or self.position
            is_whole = True
        finally:
            self.endings.append(Ending(time.monotonic(), is_whole))


class Crowd:
    """So many clients for each token; they are there once the block begins."""

    def __init__(self, urls: Sequence[str], tokens: Sequence[str], *, each: int) -> None:
        self.clients = [Client(urls, token) for token in tokens for _ in range(each)]

    @asynccontextmanager
    async def there(self) -> AsyncIterator[Self]:
        tasks = [asyncio.create_task(client.run()) for client in self.clients]
        try:
            await wait_until_async(self._is_there, 30, what="all streams are open")
            yield self
        finally:
            [task.cancel() for task in tasks]
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _is_there(self) -> bool:
        return all(client.position for client in self.clients)


REQUEST = (
    "GET /api/events HTTP/1.1\r\nHost: localhost\r\n"
    "Authorization: Bearer {token}\r\nLast-Event-ID: {position}\r\n\r\n"
)
