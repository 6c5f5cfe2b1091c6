"""`/metrics` of a web process: for those who know METRICS_TOKEN."""

import asyncio

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from chatbot.metrics.watch import watches
from conversations.identity.access import bearer
from streaming.problem import problem


@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """Without a token it is not there, wherever the question comes from: behind a proxy everybody seems to
    come from this machine. With DEBUG anybody may read it.
    """
    watch = watches.get()
    if watch is None or not (settings.METRICS_TOKEN or settings.DEBUG):
        return problem(404, "not_found", "There is nothing at this address.")
    if not may_read(bearer(request)):
        refused = problem(401, "not_authenticated", "Send `Authorization: Bearer` and METRICS_TOKEN.")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    text = await asyncio.to_thread(watch.text)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def may_read(given: str | None) -> bool:
    wanted: str = settings.METRICS_TOKEN
    return not wanted or constant_time_compare(given or "", wanted)
