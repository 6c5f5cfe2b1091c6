"""A stream of chat completions that HTTP calls complete may be half an answer: its own end tells."""

import re
from collections.abc import AsyncIterator

import httpx2

END = re.compile(rb'\ndata: ?\[DONE\]|"finish_reason" ?: ?"')
"""Servers give a reason, or this mark, or both. In a text neither stands like this: it would be escaped."""
LONGEST = 32
"""Bytes that an end may have."""


async def whole(response: httpx2.Response) -> None:
    """For a client's event hooks: reading a stream without its end raises RemoteProtocolError."""
    is_chat = response.request.url.path.endswith("/chat/completions")
    kind = response.headers.get("content-type", "")
    is_plain = response.headers.get("content-encoding", "identity") == "identity"
    if response.is_success and is_chat and is_plain and kind.startswith("text/event-stream"):
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = WholeStream(response.stream)


class WholeStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        is_whole, tail = False, b"\n"
        async for piece in self._stream:
            seen = tail + piece
            is_whole = is_whole or END.search(seen) is not None
            tail = seen[-LONGEST:]
            yield piece
        if not is_whole:
            raise httpx2.RemoteProtocolError("The answer ended without a reason.")

    async def aclose(self) -> None:
        await self._stream.aclose()
