"""The web process: Django, and beside it the delivery of events, owned by the server's lifespan."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
django_application = get_asgi_application()

# Only now: what it imports needs Django to be set up.
from chatbot.lifespan import Lifespan  # noqa: E402

lifespan = Lifespan()

# Django pins a thread to each open stream for as long as it is open, unless they share one.
stream_thread = ThreadPoolExecutor(1, thread_name_prefix="streams")


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and is_stream(scope["path"]):
        async with ThreadSensitiveContext(executor=stream_thread):
            await django_application(scope, receive, send)
    else:
        await django_application(scope, receive, send)


def is_stream(path: str) -> bool:
    return path.startswith("/api/") and path.endswith("/events")
