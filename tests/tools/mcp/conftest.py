import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Self

import pytest
import uvicorn
from pytest_django import Settings
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.tools import registry
from chatbot.tools.mcp.configuration import Asks, ServerPlace
from chatbot.tools.mcp.servers import Servers
from conversations.models import Message
from tests.tools.mcp import library
from tests.waiting import wait_until, wait_until_async


class HttpLibrary:
    """The library, or another `app`, on a thread of its own; `headers` are those of each request so far."""

    def __init__(self, app: ASGIApp | None = None, *, port: int = 0) -> None:
        self.headers: list[dict[bytes, bytes]] = []
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self._app = app or library.server.streamable_http_app()
        self._server = uvicorn.Server(
            uvicorn.Config(self._serve, interface="asgi3", log_config=None, timeout_graceful_shutdown=1)
        )
        self._thread = Thread(target=self._server.run, args=[[self._listening]], name="library")

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self._server.started, what="the library")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listening.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.headers.append(dict(scope["headers"]))
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def http_library() -> Iterator[HttpLibrary]:
    with HttpLibrary() as served:
        yield served


@asynccontextmanager
async def there(place: ServerPlace, *, seconds: float = 20.0) -> AsyncIterator[Servers]:
    """As a worker has them."""
    servers = Servers([place], seconds=seconds)
    registry.install(servers.tools)
    servers.start()
    try:
        await wait_until_async(lambda: asyncio.sleep(0, servers.are_settled), what="the server")
        yield servers
    finally:
        registry.install(None)
        await servers.stop()


async def stocked(servers: Servers) -> None:
    """A process takes its time to start, and a busy machine's more."""
    await wait_until_async(lambda: asyncio.sleep(0, servers.tools()), 30, what="its tools")


@pytest.fixture
async def servers(reply: Message, settings: Settings, http_library: HttpLibrary) -> AsyncIterator[Servers]:
    """The library over HTTP, in the toolbox of whoever answers the reply."""
    settings.TOOLS = {}
    library.lent.clear()
    async with there(ServerPlace("library", url=http_library.url), seconds=1.0) as servers:
        yield servers


@pytest.fixture
async def trusted(reply: Message, settings: Settings, http_library: HttpLibrary) -> AsyncIterator[Servers]:
    """The same, of which nothing is asked."""
    settings.TOOLS = {}
    library.lent.clear()
    place = ServerPlace("library", url=http_library.url, asks=Asks.NEVER)
    async with there(place) as servers:
        yield servers
