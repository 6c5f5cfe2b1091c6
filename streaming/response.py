from collections.abc import AsyncGenerator

from django.http import StreamingHttpResponse

from streaming.outlet import Outlet, Send
from streaming.tail import Tail

HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class EventStreamResponse(StreamingHttpResponse):
    """A `text/event-stream`. Any server can send it as it is; `StreamHandler` has it send itself.

    `tail` is what `chunks` are made of, where nothing has to see them on their way: it may write by itself.
    """

    def __init__(self, chunks: AsyncGenerator[bytes, None], *, tail: Tail | None = None) -> None:
        super().__init__(chunks, content_type="text/event-stream; charset=utf-8", headers=HEADERS)
        self.chunks = chunks
        self._tail = tail

    async def send_itself(self, send: Send) -> None:
        outlet = Outlet(send)
        if self._tail is not None:
            self._tail.write_through(outlet)
        async for chunk in self.chunks:
            await outlet.send(chunk)
        await send({"type": "http.response.body"})

    async def aclose(self) -> None:
        await self.chunks.aclose()
        if self._tail is not None:
            self._tail.close()
        self.close()
