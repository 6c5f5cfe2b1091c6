import asyncio
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 128 * 1024
HEAD_SECONDS = 10.0
REFUSAL = b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_LARGE, TOO_SLOW = b"431 Request Header Fields Too Large", b"408 Request Timeout"


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's, with bounds for what comes before a request is one: 128 KiB, and 10 s from the connection
    or, of a later request, from its first byte on.

    Uvicorn itself keeps collecting headers for as long as they come, whoever sends them. (Between requests
    its own patience with idle connections counts.)
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._head_bytes = 0
        self._is_in_head = True
        self._start_deadline()

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        # Only now: a body may have come with the end of its head.
        if self._is_in_head and self._head_bytes > MOST_HEAD:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        if self._deadline.cancelled():
            self._start_deadline()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        self._deadline.cancel()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_head = True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW)

    def _refuse(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:  # else it would end up inside a response
            self.transport.write(REFUSAL % status)
        self.transport.close()


def bound(server: Any) -> None:
    """Has a Uvicorn server that is just starting use it, where it would use the one this is made of."""
    config = getattr(server, "config", None)
    if isinstance(config, Config) and config.http_protocol_class is HttpToolsProtocol:
        config.http_protocol_class = BoundedProtocol
