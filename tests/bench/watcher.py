import asyncio
import json
import time
from types import TracebackType
from typing import Self

from tests.bench.contestant import HOST
from tests.bench.person import Person
from tests.bench.reader import REQUEST
from tests.reader.sse import Parser


class Watcher:
    """One person's stream: when which of their answers was asked for, and its first word heard.

    Seconds of the wall clock, which the broker's timestamps are of too.
    """

    def __init__(self, port: int, person: Person) -> None:
        self.person = person
        self.sent: dict[str, float] = {}
        self.accepted: dict[str, float] = {}
        self.heard: dict[str, float] = {}
        self._port = port
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        self._writer.write(REQUEST % (self.person.token, b""))
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head, head.decode()
        self._task = asyncio.create_task(self._listen(), name="watcher")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        self._writer.transport.abort()

    def asked(self, reply: str, sent: float, accepted: float) -> None:
        self.sent[reply] = sent
        self.accepted[reply] = accepted

    async def heard_all(self, *, within: float) -> None:
        async with asyncio.timeout(within):
            while self.sent.keys() - self.heard.keys():
                self._changed.clear()
                await self._changed.wait()

    async def _listen(self) -> None:
        parser = Parser()
        while size := int(await self._reader.readline(), 16):
            chunk = (await self._reader.readexactly(size + 2))[:-2]
            now = time.time()
            for event in parser.feed(chunk):
                if event.type == "reply.delta":
                    self.heard.setdefault(json.loads(event.data)["message_id"], now)
                    self._changed.set()
