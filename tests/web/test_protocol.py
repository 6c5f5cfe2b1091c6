"""What a connection may send before it has made a request."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from chatbot import protocol
from chatbot.protocol import MOST_HEAD, BoundedProtocol

pytestmark = pytest.mark.anyio
LINE = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, int]]:
    """A server that answers 200 to whatever is a request, and waits half a second for it."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    config = uvicorn.Config(answer, http=BoundedProtocol, lifespan="off", log_config=None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MOST_HEAD)
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        yield listening.getsockname()
        await server.shutdown(sockets=[listening])


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


async def sent(address: tuple[str, int], *pieces: bytes) -> bytes:
    """The first line of what comes back, once all was sent or nothing more is taken."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), 5)
        return await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()


async def test_a_request_is_answered(address: tuple[str, int]) -> None:
    assert b"200" in await sent(address, LINE, b"\r\n")


async def test_several_on_one_connection_are_answered_whatever_they_add_up_to(
    address: tuple[str, int],
) -> None:
    large = LINE + b"X: " + b"x" * (MOST_HEAD * 2 // 3) + b"\r\n\r\n"
    reader, writer = await asyncio.open_connection(*address)

    writer.write(large)
    first = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.write(large)
    second = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()

    assert b"200" in first
    assert b"200" in second


@pytest.mark.parametrize("beginning", [b"GET /", LINE + b"X: ", LINE + b"x"])
async def test_a_head_without_end_is_refused_before_it_fills_the_memory(
    address: tuple[str, int], beginning: bytes
) -> None:
    assert b"431" in await sent(address, beginning + b"x" * (MOST_HEAD + 1 - len(beginning)))


async def test_a_connection_that_makes_no_request_is_closed(address: tuple[str, int]) -> None:
    assert b"408" in await sent(address, LINE)


async def test_a_later_request_that_never_ends_is_closed_too(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(LINE + b"\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)

    writer.write(LINE)

    assert b"408" in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_a_body_that_comes_with_its_head_counts_as_none_of_it(address: tuple[str, int]) -> None:
    body = b"x" * (MOST_HEAD + 1)
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    client = socket.create_connection(address, timeout=5)

    client.sendall(head + body)  # all of it before the server, in this same thread, may read

    reader, writer = await asyncio.open_connection(sock=client)
    assert b"200" in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
