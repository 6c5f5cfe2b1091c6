import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")
THREADS = 8


class Database:
    """Runs database work beside the loop: each call on one of its threads, with a connection of the pool."""

    def __init__(self, name: str = "database", *, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._calls: set[Future[Any]] = set()

    async def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        # What is logged and rung there is about what this is about.
        call = self._threads.submit(copy_context().run, lambda: _returning(work, *args, **kwargs))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return await asyncio.wrap_future(call)

    def close(self, *, timeout: float) -> bool:
        """Whether all its threads ended: one that waits for a PostgreSQL that hangs can't be stopped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        return not wait(set(self._calls), timeout=timeout).not_done


def _returning(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    finally:
        connection.close()
