"""The web process: Django, and beside it the delivery of events, owned by the server's lifespan."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
try:
    django_application = get_asgi_application()
except ImproperlyConfigured as reason:
    sys.exit(f"{reason}")

# Only now: what they import needs Django to be set up.
from chatbot.lifespan import Lifespan
from streaming.handler import StreamHandler

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

lifespan = Lifespan()
stream_application = StreamHandler()

# Django reads a whole body before it asks how long it is: without a bound, it would fill the disk.
MOST_BYTES = 16 * 1024 * 1024


async def application(scope: dict[str, Any], receive: Receive, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and is_stream(scope["path"]):
        async with ThreadSensitiveContext(executor=lifespan.stream_thread):
            await stream_application(scope, receive, send)
    else:
        await django_application(scope, bounded(receive), send)


def bounded(receive: Receive) -> Receive:
    """A body longer than 16 MiB ends as if its client had gone."""
    left = MOST_BYTES

    async def receive_within_bound() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return receive_within_bound


def is_stream(path: str) -> bool:
    return path.startswith("/api/") and path.endswith(("/events", "/events/poll"))
