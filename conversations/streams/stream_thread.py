import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

from streaming.current import Current

P = ParamSpec("P")
T = TypeVar("T")


class StreamThread:
    """The one thread of a process that reads the database for streams.

    Every stream would otherwise have a thread of its own for as long as it is open, and keep the connection
    that it once used: here each reading gives it back. Readings take turns.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="streams")

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop, context = asyncio.get_running_loop(), copy_context()
        return await loop.run_in_executor(
            self._executor, context.run, lambda: _closing(read, *args, **kwargs)
        )

    def stop(self) -> None:
        """Lets a reading end by itself; none is begun any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)


stream_threads = Current[StreamThread]()
install = stream_threads.install


async def aside(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """On that thread; without one (no lifespan: a test's client, say) on Django's own."""
    thread = stream_threads.get()
    if thread is not None:
        return await thread.run(read, *args, **kwargs)
    return await sync_to_async(_closing)(read, *args, **kwargs)


def _closing(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    finally:
        connection.close()
