import asyncio
from collections.abc import Callable, Collection, Hashable
from itertools import islice

from conversations.identity.credentials import Caller, Credential, callers
from conversations.streams.stream_thread import StreamThread, aside
from streaming.current import Current

MOST = 500
PACE = 0.01

Find = Callable[[Collection[Credential]], dict[Credential, Caller]]
Answer = asyncio.Future[Caller | None]


class Lookups:
    """Finds the callers of streams. For the loop's thread only.

    Who asks while a question is on its way to the database, or within 10 ms of it, shares the next one, 500
    at most: thousands of clients that come back at once cost a few queries, on one thread.
    """

    def __init__(self, thread: StreamThread, find: Find = callers) -> None:
        self._thread = thread
        self._find = find
        self._waiting: dict[Answer, Credential] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, credential: Credential) -> Caller | None:
        """None when it does not hold. Raises DatabaseError."""
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        self._waiting[answer] = credential
        if self._asking is None:
            self._asking = loop.create_task(self._ask(), name="lookups")
        try:
            return await answer
        finally:
            self._waiting.pop(answer, None)  # a database that says nothing must not have a crowd pile up

    async def generations(self, credentials: Collection[Hashable]) -> dict[Hashable, int]:
        """Of those that hold: the session generation of their users. Raises DatabaseError."""
        asked = [one for one in credentials if isinstance(one, Credential)]
        found: dict[Credential, Caller] = {}
        for start in range(0, len(asked), MOST):
            found |= await self._thread.run(self._find, asked[start : start + MOST])
        return {credential: caller.generation for credential, caller in found.items()}

    async def _ask(self) -> None:
        try:
            while self._waiting:
                answers = [*islice(self._waiting, MOST)]
                await self._answer({answer: self._waiting.pop(answer) for answer in answers})
                await asyncio.sleep(PACE)
        finally:
            self._asking = None

    async def _answer(self, asked: dict[Answer, Credential]) -> None:
        """Whoever asked may have gone meanwhile: then nobody is told."""
        try:
            found = await self._thread.run(self._find, set(asked.values()))
        except Exception as error:  # noqa: BLE001 - it is raised again, where somebody waits for it
            for answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            return
        for answer, credential in asked.items():
            if not answer.done():
                answer.set_result(found.get(credential))


lookups = Current[Lookups]()
install = lookups.install


async def find(credential: Credential) -> Caller | None:
    """By this process's look-ups; without any (no lifespan: a test's client, say) by a query of its own."""
    here = lookups.get()
    if here is not None:
        return await here.find(credential)
    return (await aside(callers, [credential])).get(credential)
