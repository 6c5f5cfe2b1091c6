"""The network between a process and PostgreSQL or Kafka, as bad as a test wants it."""

import asyncio
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from tests.port import free_port

PIECE = 65536

Target = str | tuple[str, int]  # a unix socket, or host and port


class Wire:
    """A TCP proxy on a port of its own, on a thread of its own; `target` may be set after its start.

    It passes bytes on until it is told otherwise. `delay` is a state of its own: it stays.
    """

    def __init__(self, target: Target = ("127.0.0.1", 0)) -> None:
        self.target = target
        self.port = free_port()
        self.delay = 0.0
        """Seconds that each piece takes, in either direction."""
        self._loop = asyncio.new_event_loop()
        self._leaving = asyncio.Event()
        self._flows = asyncio.Event()
        self._flows.set()
        self._refuses = False
        self._is_there = Event()
        self._passages: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._thread = Thread(target=self._loop.run_until_complete, args=[self._serve()], name="wire")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_there.wait(10), "the wire did not start within 10 s"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._leaving.set)
        self._thread.join(10)
        assert not self._thread.is_alive(), "the wire's thread did not end"
        self._loop.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stall(self) -> None:
        """Connections are taken and kept, and nothing passes: a network that drops."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def cut(self) -> None:
        """All connections of this moment break; new ones are served."""
        self._loop.call_soon_threadsafe(self._break)

    def refuse(self) -> None:
        """All connections break, and so does each new one."""
        self._loop.call_soon_threadsafe(self._break_from_now_on)

    def mend(self) -> None:
        """What was held up goes on; what comes is served."""
        self._loop.call_soon_threadsafe(self._go_on)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self._is_there.set()
        await self._leaving.wait()
        server.close()
        tasks = [*self._passages]
        self._break()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _break(self) -> None:
        for task, writers in self._passages.items():
            for writer in writers:
                writer.transport.abort()
            task.cancel()

    def _break_from_now_on(self) -> None:
        self._refuses = True
        self._break()

    def _go_on(self) -> None:
        self._refuses = False
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "the server calls this in a task"
        self._passages[task] = [writer]
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._pass(task, reader, writer)
        finally:
            for each in self._passages.pop(task):
                each.transport.abort()

    async def _pass(
        self, task: "asyncio.Task[None]", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._flows.wait()
        if self._refuses:
            return
        far_reader, far_writer = await self._connect()
        self._passages[task].append(far_writer)
        pumps = [
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An end is a piece too: a network that drops does not pass it on."""
        piece = b"?"
        while piece:
            piece = await reader.read(PIECE)
            await asyncio.sleep(self.delay)
            await self._flows.wait()
            writer.write(piece)
            await writer.drain()


def postgres_at(url: str) -> Target:
    """Where the PostgreSQL of that URL listens."""
    host, _, port = urlsplit(url).netloc.rpartition("@")[2].partition(":")
    folder = unquote(host)
    return f"{folder}/.s.PGSQL.{port or 5432}" if folder.startswith("/") else (host, int(port or 5432))


def through(wire: Wire, url: str) -> str:
    """The URL of the same database, behind the wire."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{user}@{wire.address}").geturl()
