import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from itertools import islice

from asgiref.sync import sync_to_async
from django.db import connection

from conversations.credentials import Caller, Credential, callers
from streaming.current import Current

MOST = 500
Find = Callable[[Collection[Credential]], dict[Credential, Caller]]


class Lookups:
    """Finds the callers of streams. For the loop's thread only.

    Who asks while a question is on its way to the database shares the next one, 500 at most: thousands of
    clients that come back at once cost a few queries, on one thread. A connection is asked for each
    question, and given back.
    """

    def __init__(self, executor: Executor, find: Find = callers) -> None:
        self._executor = executor
        self._find = find
        self._waiting: dict[Credential, asyncio.Future[Caller | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, credential: Credential) -> Caller | None:
        """None when it does not hold. Raises DatabaseError."""
        loop = asyncio.get_running_loop()
        answer = self._waiting.setdefault(credential, loop.create_future())
        if self._asking is None:
            self._asking = loop.create_task(self._ask(), name="lookups")
        return await asyncio.shield(answer)

    async def generations(self, credentials: Collection[object]) -> dict[object, int]:
        """Of those that hold: the session generation of their users. Raises DatabaseError."""
        asked = [one for one in credentials if isinstance(one, Credential)]
        found: dict[object, int] = {}
        for start in range(0, len(asked), MOST):
            some = await self._callers(asked[start : start + MOST])
            found.update((credential, caller.generation) for credential, caller in some.items())
        return found

    async def _ask(self) -> None:
        try:
            while self._waiting:
                asked = dict(islice(self._waiting.items(), MOST))
                for credential in asked:
                    del self._waiting[credential]
                await self._answer(asked)
        finally:
            self._asking = None

    async def _answer(self, asked: Mapping[Credential, "asyncio.Future[Caller | None]"]) -> None:
        try:
            found = await self._callers(asked)
        except Exception as error:  # noqa: BLE001 - it is raised again, where somebody waits for it
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # whoever asked may have gone: then nobody else looks at it
            return
        for credential, answer in asked.items():
            answer.set_result(found.get(credential))

    async def _callers(self, credentials: Collection[Credential]) -> dict[Credential, Caller]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, _ask, self._find, credentials)


lookups = Current[Lookups]()
install = lookups.install


async def find(credential: Credential) -> Caller | None:
    """By this process's look-ups; without any (no lifespan: a test's client, say) by a query of its own."""
    here = lookups.get()
    if here is not None:
        return await here.find(credential)
    return (await sync_to_async(_ask)(callers, [credential])).get(credential)


def _ask(find: Find, credentials: Collection[Credential]) -> dict[Credential, Caller]:
    try:
        return find(credentials)
    finally:
        connection.close()
