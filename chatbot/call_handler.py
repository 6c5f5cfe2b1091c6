import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from streaming.problem import problem

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

PATIENCE = 5.0
# More than the database has connections: who finds none free waits for 3 s, and must not hold up the rest.
THREADS_PER_CONNECTION = 4


class CallHandler(ASGIHandler):
    """Django's handler for calls: from the first middleware to the end of the response in one thread.

    Django's own, under ASGI, begins a thread for each request and hops to it and back for each middleware
    and signal: of what a post costs, that was five sixths. The threads here are kept, at most four for each
    database connection; a call that waited 5 s for one is refused with 503. Views and middleware are called
    as under WSGI, so they must be sync; what they return is sent as a whole, whether or not its client is
    still there.
    """

    def __init__(self) -> None:
        super().__init__()
        pool: dict[str, Any] = settings.DATABASES["default"]["OPTIONS"]["pool"]
        self._threads = ThreadPoolExecutor(THREADS_PER_CONNECTION * pool["max_size"], "calls")

    def load_middleware(self, is_async: bool = True) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        asked = time.monotonic()
        response = await asyncio.get_running_loop().run_in_executor(
            self._threads, copy_context().run, self._respond, scope, body, asked
        )
        await self.send_response(response, send)

    def stop(self) -> None:
        """Lets calls that run end by themselves; none is begun any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _respond(self, scope: dict[str, Any], body: Any, asked: float) -> HttpResponseBase:
        with closing(body):
            if time.monotonic() > asked + PATIENCE:
                return problem(503, "busy", "Too much is going on here. Try again soon.", retry_after=2)
            set_script_prefix(get_script_prefix(scope))
            request_started.send(sender=self.__class__, scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
            assert response is not None, "there is a request or a refusal"
            # Gives the database connection back, in the thread that borrowed it.
            response.close()
            return response
