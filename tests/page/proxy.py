"""What stands between browsers and servers: passes bytes on, or keeps each answer until it is whole."""

import asyncio
import re
from contextlib import AsyncExitStack, suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

REQUEST = re.compile(rb"(GET|HEAD|POST|PATCH|DELETE) ")
STREAM = re.compile(rb"GET /api/events[? ]")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
END_OF_CHUNKS = b"0\r\n\r\n"
PIECE = 65536


class Proxy:
    """On a port of its own, on a thread of its own, before the server at `base_url`.

    While `buffers` is set it passes no answer on before its end, as many a proxy does: a stream has none.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = ""
        self.buffers = False
        self.opened = 0
        self.passages: set[_Passage] = set()
        self.target = urlsplit(base_url)
        self._loop = asyncio.new_event_loop()
        self._leaving = asyncio.Event()
        self._is_there = Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=[self._serve()], name="proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_there.wait(10), "the proxy did not start within 10 s"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._leaving.set)
        self._thread.join(10)
        self._loop.close()

    @property
    def streams(self) -> int:
        """How many are open now."""
        return sum(passage.is_stream for passage in list(self.passages))

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._passed, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_there.set()
        await self._leaving.wait()
        server.close()
        for passage in list(self.passages):
            passage.task.cancel()
        await asyncio.gather(*(passage.task for passage in self.passages), return_exceptions=True)

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage = _Passage(self, reader, writer)
        self.passages.add(passage)
        with suppress(OSError, asyncio.CancelledError):
            await passage.run()
        self.passages.discard(passage)


class _Passage:
    """One connection; `is_stream` while its last request is answered by a stream."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a passage is made in the task that runs it"
        self.task = task
        self.is_stream = False
        self._proxy, self._reader, self._writer = proxy, reader, writer

    async def run(self) -> None:
        """Until one side closes; then the other is closed too."""
        target = self._proxy.target
        async with AsyncExitStack() as leaving:
            leaving.callback(self._writer.close)
            reader, writer = await asyncio.open_connection(target.hostname, target.port)
            leaving.callback(writer.close)
            pumps = [asyncio.create_task(self._ask(writer)), asyncio.create_task(self._answer(reader))]
            leaving.callback(lambda: [pump.cancel() for pump in pumps])
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)

    async def _ask(self, server: asyncio.StreamWriter) -> None:
        while piece := await self._reader.read(PIECE):
            if REQUEST.match(piece):
                self.is_stream = STREAM.match(piece) is not None
                self._proxy.opened += self.is_stream
            server.write(piece)
            await server.drain()

    async def _answer(self, server: asyncio.StreamReader) -> None:
        kept = b""
        while piece := await server.read(PIECE):
            kept += piece
            if not self._proxy.buffers or _is_whole(kept):
                self.is_stream = self.is_stream and not kept.endswith(END_OF_CHUNKS)
                self._writer.write(kept)
                kept = b""
                await self._writer.drain()


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if length is not None:
        return len(body) >= int(length[1])
    return b"chunked" not in head or body.endswith(END_OF_CHUNKS)
