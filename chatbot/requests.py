"""Each request has an id, which its response carries, its log lines, and what it brings about (`trace`)."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from streaming import trace
from streaming.counted import Count

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Respond = Callable[[HttpRequest], Awaitable[HttpResponse]]

HEADER = "X-Request-ID"
RAW_HEADER = b"x-request-id"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

answered = Count()  # requests that are no streams, by method and status: "POST 202"
seconds = Histogram(
    "chatbot_http_response_seconds",
    "Time until a response begins; streams and polls are not in it.",
    buckets=BUCKETS,
    registry=None,
)


def begin(scope: Message) -> str:
    """From now on this task is about this request: the id that came with it if it is sane, else a new one."""
    given: bytes = next((value for name, value in scope["headers"] if name == RAW_HEADER), b"")
    return trace.begin_request(given.decode("latin-1"))


def labelled(send: Send, request: str, method: str) -> Send:
    """A `send` whose response carries that id, and is counted."""
    begun = time.perf_counter()

    async def send_labelled(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.add(f"{method if method in METHODS else 'other'} {message['status']}")
            seconds.observe(time.perf_counter() - begun)
            message = {**message, "headers": [*message["headers"], (RAW_HEADER, request.encode())]}
        await send(message)

    return send_labelled


def named(respond: Respond) -> Respond:
    """The same for streams (STREAM_MIDDLEWARE), which write by the server's own `send`."""

    async def respond_named(request: HttpRequest) -> HttpResponse:
        response = await respond(request)
        response.headers[HEADER] = trace.request_id() or ""
        return response

    return respond_named
