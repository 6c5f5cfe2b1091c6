"""How large a request may be, before anything looks at it."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from streaming.problem import problem

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

MOST_QUERY = 8 * 1024
MOST_FIELDS = 1000  # of a query: Django raises beyond that
MOST_HEADERS = 64 * 1024
# Django reads a whole body before it asks how long it is: without a bound, it would fill the disk.
MOST_BODY = 16 * 1024 * 1024


def refusal(scope: Message) -> HttpResponse | None:
    """For a query longer than 8 KiB or of more than 1,000 fields, headers longer than 64 KiB in all, or a
    body that is announced as longer than 16 MiB."""
    if len(scope["query_string"]) > MOST_QUERY:
        return problem(414, "too_large", "The query is longer than 8 KiB.")
    if scope["query_string"].count(b"&") >= MOST_FIELDS:
        return problem(414, "too_large", "The query has more than 1,000 fields.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
        return problem(431, "too_large", "The headers are longer than 64 KiB.")
    return too_long(scope["path"]) if announced(scope) > MOST_BODY else None


def announced(scope: Message) -> int:
    """Bytes of the body; 0 where the client does not say. The server has refused what is no number."""
    return max((int(value) for name, value in scope["headers"] if name == b"content-length"), default=0)


def too_long(path: str) -> HttpResponse:
    if path.startswith("/api/"):
        return problem(413, "too_large", "The body is longer than 16 MiB.")
    return HttpResponse(render_to_string("413.html"), status=413)


def bounded(receive: Receive) -> Receive:
    """A body longer than 16 MiB that was not announced as such ends as if its client had gone."""
    left = MOST_BODY

    async def receive_within_bound() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return receive_within_bound
