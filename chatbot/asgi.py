"""The web process: Django, and beside it the delivery of events, owned by the server's lifespan."""

import os
import re
import sys
from typing import Any

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
try:
    django_application = get_asgi_application()
except ImproperlyConfigured as reason:
    sys.exit(f"{reason}")

# Only now: what they import needs Django to be set up.
from django.urls import get_resolver

from chatbot import requests
from chatbot.bounds import Receive, bounded, refusal
from chatbot.call_handler import CallHandler
from chatbot.lifespan import Lifespan
from streaming.handler import StreamHandler

get_resolver().url_patterns  # noqa: B018 - what views need is loaded now, and not at the first request
STREAM = re.compile(r"/api/events(/poll)?|/api/messages/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/events")
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
lifespan = Lifespan()
stream_application = StreamHandler()
call_application = CallHandler()
CALLS = "/api/"
# Asked by machines, at whatever address a process has, by http: neither its host name nor https is looked at.
probe_application = StreamHandler(middleware=[])


async def application(scope: dict[str, Any], receive: Receive, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        call_application.stop()
    elif scope["type"] == "http":
        await answer(scope, receive, send)
    else:
        await django_application(scope, receive, send)


async def answer(scope: dict[str, Any], receive: Receive, send: Any) -> None:
    request, refused = requests.begin(scope), refusal(scope)
    if refused is None and is_stream(scope["path"]):
        await stream_application(scope, receive, send)
        return
    send = requests.labelled(send, request, scope["method"])
    if refused is not None:
        await stream_application.send_response(refused, send)
    elif scope["path"] in PROBES:
        await probe_application(scope, receive, send)
    elif scope["path"].startswith(CALLS):
        await call_application(scope, bounded(receive), send)
    else:
        await django_application(scope, bounded(receive), send)


def is_stream(path: str) -> bool:
    """Just the paths of `chatbot.urls` whose views are made for StreamHandler: others may not be async."""
    return STREAM.fullmatch(path) is not None
