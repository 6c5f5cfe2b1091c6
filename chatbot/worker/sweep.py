import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)


async def sweep(name: str, every: float, once: Callable[[], Awaitable[None]]) -> None:
    """Does `once` about every `every` seconds, jittered, until cancelled; PostgreSQL may go and come."""
    while True:
        await asyncio.sleep(every * random.uniform(0.7, 1.3))
        try:
            await once()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the %s sweep failed, and comes again: %s", name, error)
