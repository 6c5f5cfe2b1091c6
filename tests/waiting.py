"""The one place where tests wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE = 0.02


def wait_until(condition: Callable[[], T | None], timeout: float = 10.0, *, what: str = "the condition") -> T:
    """The first truthy value of `condition`; AssertionError, naming `what`, after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what} (last: {value!r})")
        time.sleep(PAUSE)
    return value


async def wait_until_async(
    condition: Callable[[], Awaitable[T]], within: float = 10.0, *, what: str = "the condition"
) -> T:
    """`wait_until` for a condition to await; other tasks run meanwhile."""
    deadline = time.monotonic() + within
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what} (last: {value!r})")
        await asyncio.sleep(PAUSE)
    return value
