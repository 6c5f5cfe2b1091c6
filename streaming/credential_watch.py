import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping

from streaming.hub import Hub
from streaming.subscription import Subscription

logger = logging.getLogger(__name__)
EVERY = 50.0
TICK = 8.0  # so that nobody goes unchecked for more than a minute

GenerationsOf = Callable[[Collection[Hashable]], Awaitable[Mapping[Hashable, int]]]


class CredentialWatch:
    """Asks once a minute whether the credentials of the open streams still hold, and ends those whose don't.

    Revocation and logout are heard in the log, within moments; this is the net under that: for a session
    that ran out, a row that was changed by hand, a Kafka that was away. `generations_of` answers for many
    credentials at once with the generations of those that hold. While it fails nothing is ended: whoever
    can't ask can't revoke either.
    """

    def __init__(self, hub: Hub, generations_of: GenerationsOf) -> None:
        self._hub = hub
        self._generations_of = generations_of
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="credential-watch")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1)

    async def check(self, *, older_than: float) -> None:
        """Checks the streams that were opened or last checked more than so many seconds ago."""
        before = time.monotonic() - older_than
        due = [one for one in self._hub.everyone() if one.checked_at <= before and one.feed.credential]
        if due:
            generations = await self._generations_of({one.feed.credential for one in due})
            for subscription in due:
                _settle(subscription, generations.get(subscription.feed.credential))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK * random.uniform(0.7, 1))
            try:
                await self.check(older_than=EVERY)
            except Exception:
                logger.warning("credentials of open streams could not be checked", exc_info=True)


def _settle(subscription: Subscription, generation: int | None) -> None:
    subscription.checked_at = time.monotonic()
    if generation is None or generation > subscription.feed.generation:
        subscription.end()
