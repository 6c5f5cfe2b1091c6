import asyncio
from typing import Any


async def all_done(tasks: set[asyncio.Task[None]]) -> None:
    while tasks:
        await asyncio.wait(set(tasks))


async def stopped(tasks: list[asyncio.Task[Any]]) -> list[Exception]:
    """Cancels and joins them; tells why those ended that had failed by themselves."""
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [result for result in results if isinstance(result, Exception)]
