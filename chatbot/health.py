"""Is this process alive, and should it be sent requests?"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from streaming.delivery import Delivery, current

logger = logging.getLogger(__name__)
CATCHING_UP = 30.0
PATIENCE = 2.0
STARTED = time.monotonic()

AWAY = "PostgreSQL can't be reached"
SILENT = f"PostgreSQL does not answer within {PATIENCE:g} s"
READ_ONLY = "PostgreSQL takes no changes: it is a standby, or read only"
BROKERLESS = "Kafka can't be reached"


@require_safe
async def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the reason while it is better to send people elsewhere; within some 2 seconds, whatever hangs.

    Without a broker pages and posts still work: 200, `degraded`. `reason` names all that is wrong.
    """
    delivery = current()
    obstacles = [reason for reason in (await database.trouble(), *_obstacles(delivery)) if reason]
    troubles = obstacles if delivery is not None and delivery.is_connected else [*obstacles, BROKERLESS]
    if obstacles:
        return JsonResponse({"status": "unavailable", "reason": "; ".join(troubles)}, status=503)
    return JsonResponse({"status": "degraded", "reason": BROKERLESS} if troubles else {"status": "ok"})


def _obstacles(delivery: Delivery | None) -> list[str]:
    if delivery is None:
        return []
    leaving = "this process is leaving" if delivery.is_leaving else ""
    late = "still finding the live end of the log" if _is_catching_up(delivery) else ""
    return [leaving, late]


def _is_catching_up(delivery: Delivery) -> bool:
    return not delivery.has_looked and time.monotonic() - STARTED < CATCHING_UP


class DatabaseLook:
    """Asks PostgreSQL on a thread of its own, one question at a time: whoever asks meanwhile shares it.

    A server that takes a question and never answers keeps that one thread, which ends with the process, or
    when the server comes back. For the loop's thread.
    """

    def __init__(self, look: Callable[[], str]) -> None:
        self._look = look
        self._asking: asyncio.Future[str] | None = None

    async def trouble(self) -> str:
        """What is wrong with PostgreSQL; empty when it answers and takes changes. Within 2 s."""
        loop = asyncio.get_running_loop()
        if self._asking is None or self._asking.done() or self._asking.get_loop() is not loop:
            self._asking = loop.create_future()
            thread = threading.Thread(
                target=self._ask, args=[loop, self._asking], name="readiness", daemon=True
            )
            thread.start()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self._asking)
        except TimeoutError:
            return SILENT

    def _ask(self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[str]) -> None:
        found = self._look()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, answer, found)


def _settle(answer: asyncio.Future[str], found: str) -> None:
    if not answer.done():
        answer.set_result(found)


def look() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            return READ_ONLY if cursor.fetchone() == ("on",) else ""
    except (DatabaseError, InterfaceError):
        return AWAY
    except Exception:
        logger.exception("PostgreSQL could not be looked at")
        return AWAY
    finally:
        connection.close()


database = DatabaseLook(look)
