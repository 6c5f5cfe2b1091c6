"""A connection to an MCP server, by HTTP or to a process of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from mcp import Client, Implementation, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from chatbot.tools.mcp import bounded_lines
from chatbot.tools.mcp.bounded_lines import LARGEST
from chatbot.tools.mcp.configuration import ServerPlace

WHO = Implementation(name="chatbot", version="1")
# The tool's own deadline ends a call: only a connection that stays silent far beyond it ends by itself.
TIMES = httpx2.Timeout(10.0, read=900.0)


class TooLargeError(httpx2.StreamError):
    """A body beyond the bound: the call that it answers fails."""


class BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > LARGEST:
                raise TooLargeError(f"The server answered with more than {LARGEST:,} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()


@asynccontextmanager
async def connected(place: ServerPlace) -> AsyncIterator[Client]:
    """A process is given none of our environment but what is meant for it; it has ended afterwards.

    Its end of the connection is its standard input, which closes with this process, however that dies.
    """
    async with AsyncExitStack() as stack:
        if place.url:
            headers = {**place.headers, "Accept-Encoding": "identity"}
            http = httpx2.AsyncClient(headers=headers, timeout=TIMES, event_hooks={"response": [_bounded]})
            await stack.enter_async_context(http)
            transport = streamable_http_client(place.url, http_client=http, max_sse_event_size=LARGEST)
        else:
            command, *arguments = place.command
            transport = stdio_client(
                StdioServerParameters(
                    command=command,
                    args=arguments,
                    env=place.environment,
                    encoding=bounded_lines.ENCODING,
                    encoding_error_handler="replace",
                )
            )
        yield await stack.enter_async_context(Client(transport, client_info=WHO, cache=None))


async def _bounded(response: httpx2.Response) -> None:
    """Streams of events last as long as the session; each event has the same bound in the library."""
    # Not unpacked: 4 MB of zeros are 4 GB. Who compresses although we do not take it is not understood.
    response.headers.pop("Content-Encoding", None)
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    if not is_stream and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = BoundedBody(response.stream)
