import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

Piece = TypeVar("Piece")


async def paced(pieces: Iterable[Piece], rate: float) -> AsyncIterator[Piece]:
    """`pieces`, `rate` a second on average, the first at once.

    Each has its moment on one clock, so a late one does not delay those after it. The event loop gets
    its turn between any two.
    """
    clock = asyncio.get_running_loop()
    start = clock.time()
    for number, piece in enumerate(pieces):
        await asyncio.sleep(max(0.0, start + number / rate - clock.time()))
        yield piece
