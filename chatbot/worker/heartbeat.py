import asyncio
import logging
import time

from django.db import DatabaseError, InterfaceError

from chatbot.database import Database
from chatbot.worker.answering import Answering
from conversations.answers import heartbeats

logger = logging.getLogger(__name__)
EVERY = 3.0
PATIENCE = 8.0  # less than the lease: who can't renew stops before another worker begins


class Heartbeat:
    """Renews the leases of all running answers, and acts on what it hears back.

    `database` has to be its own: eight calls that hang, each at a locked row, must cost no lease.
    """

    def __init__(self, answering: Answering, database: Database) -> None:
        self._answering = answering
        self._database = database
        self._renewed = asyncio.get_running_loop().time()
        self.turned_at = time.monotonic()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(min(EVERY, max(0.5, self._left())))
            await self.beat()
            self.turned_at = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the leases were last renewed. Any thread."""
        return max(0.0, time.monotonic() - self._renewed)

    @property
    def is_fresh(self) -> bool:
        """Whether an answer that begins now could be kept: PostgreSQL was heard of in the last 8 s."""
        return self._left() > 0

    def _left(self) -> float:
        """Seconds until the answers must stop, if nothing renews them."""
        return self._renewed + PATIENCE - asyncio.get_running_loop().time()

    async def beat(self) -> None:
        loop = asyncio.get_running_loop()
        snapshots = self._answering.snapshots()
        begun = loop.time()
        try:
            async with asyncio.timeout(max(0.5, self._left())):
                pulses = await self._database(heartbeats.beat, snapshots)
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            logger.warning("the heartbeat of %s answers failed: %s", len(snapshots), error)
            if self._left() <= 0:
                self._answering.lose(snapshot.id for snapshot in snapshots)
            return
        self._renewed = begun
        self._answering.lose(snapshot.id for snapshot in snapshots if snapshot.id not in pulses)
        for pulse in pulses.values():
            if pulse.is_cancelled:
                self._answering.cancel(pulse.id)
