import asyncio
import json
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from tests.bench.contestant import HOST
from tests.bench.person import Person

POST = (
    b"POST /api/conversations/%b/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
)
LENGTH = b"content-length: "


class Caller:
    """One connection that is kept, for one post after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.transport.abort()

    async def post(self, person: Person, conversation: str, text: str) -> dict[str, Any]:
        """What it was answered. Raises AssertionError when that was not 202."""
        body = json.dumps({"text": text, "client_message_id": str(uuid4())}).encode()
        self._writer.write(POST % (conversation.encode(), person.token, len(body), body))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(LENGTH)[2].partition(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        assert head.startswith(b"http/1.1 202"), (head + answer).decode()
        told: dict[str, Any] = json.loads(answer)
        return told
