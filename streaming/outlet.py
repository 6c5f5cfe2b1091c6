import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from streaming import counted

logger = logging.getLogger(__name__)
DEADLINE = 4.0
# A client that reads nothing swallows what the kernel buffers for it before anybody notices: 3.9 MB by
# default. Linux doubles what it is asked for.
KERNEL_BUFFER = 32 * 1024
OUR_BUFFER = 32 * 1024
UNACKNOWLEDGED_MS = 10_000

Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Flow(Protocol):
    @property
    def write_paused(self) -> bool: ...


class Cycle(Protocol):
    """What Uvicorn keeps of one request; its bound method is ASGI's `send`."""

    flow: Flow
    transport: asyncio.Transport
    chunked_encoding: bool | None
    disconnected: bool
    response_complete: bool


class Outlet:
    """The way out to one client, bounded in bytes and in time. For the loop's thread only.

    ASGI says nothing of full buffers and nothing of cutting a client off, so this looks behind Uvicorn's
    `send`. With another server everything still arrives, but by `send` alone: no deadline, no short cut.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._cycle = _cycle_of(send)
        if self._cycle is not None and not self._is_closing:
            _bound_buffers(self._cycle.transport)

    async def send(self, chunk: bytes) -> None:
        """Returns once the server has taken it. A client that takes nothing for 4 s is cut off: it resumes.

        Neither returning nor raising would free the connection, since the server waits for its buffer. To a
        client that has gone nothing is sent: the request is about to be cancelled.
        """
        if self._is_closing:
            return
        if self.is_ready:
            self.write(chunk)
            return
        try:
            async with asyncio.timeout(DEADLINE):
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError:
            self.abort()

    @property
    def is_ready(self) -> bool:
        """Whether `write` may be called now: the client takes what it is given, and is still there."""
        cycle = self._cycle
        return cycle is not None and not (
            not cycle.chunked_encoding
            or cycle.flow.write_paused
            or cycle.disconnected
            or cycle.response_complete
            or cycle.transport.is_closing()
        )

    @property
    def _is_closing(self) -> bool:
        """A transport that has closed raises, whatever it is asked, moments before the server says so."""
        return self._cycle is not None and self._cycle.transport.is_closing()

    def write(self, chunk: bytes) -> None:
        """As a chunk of the body there and then (RFC 9112, section 7.1: an empty one would end it)."""
        if chunk and self._cycle is not None:
            self._cycle.transport.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def abort(self) -> None:
        if self._cycle is None:
            raise TimeoutError("the client reads nothing")
        if self._cycle.disconnected:
            return
        logger.info("a client that reads nothing was cut off")
        counted.cut.add()
        _forget(self._cycle.transport)
        self._cycle.transport.abort()


def _cycle_of(send: Send) -> Cycle | None:
    cycle = getattr(send, "__self__", None)
    wanted = ("flow", "transport", "chunked_encoding", "disconnected", "response_complete")
    return cycle if cycle is not None and all(hasattr(cycle, name) for name in wanted) else None


def _forget(transport: asyncio.Transport) -> None:
    """Lets the kernel drop what it still has for the client, and say so (a reset), instead of trying on."""
    with suppress(OSError, AttributeError):
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _bound_buffers(transport: asyncio.Transport) -> None:
    transport.set_write_buffer_limits(high=OUR_BUFFER)
    connection = transport.get_extra_info("socket")
    with suppress(OSError, AttributeError):  # a Unix socket, or none
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
