"""Is this process alive, and should it be sent requests?"""

import time

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from streaming.delivery import Delivery, current

CATCHING_UP = 30.0
STARTED = time.monotonic()


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the reason while it is better to send people elsewhere.

    Without a broker pages and posts still work: 200, `degraded`.
    """
    delivery = current()
    obstacle = _obstacle(delivery)
    if obstacle:
        return JsonResponse({"status": "unavailable", "reason": obstacle}, status=503)
    if delivery is None or not delivery.is_connected:
        return JsonResponse({"status": "degraded", "reason": "Kafka can't be reached"})
    return JsonResponse({"status": "ok"})


def _obstacle(delivery: Delivery | None) -> str:
    if not _has_database():
        return "PostgreSQL can't be reached"
    if delivery is not None and delivery.is_leaving:
        return "this process is leaving"
    if delivery is not None and _is_catching_up(delivery):
        return "still finding the live end of the log"
    return ""


def _has_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _is_catching_up(delivery: Delivery) -> bool:
    return not delivery.has_looked and time.monotonic() - STARTED < CATCHING_UP
