import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor

from streaming.broker.errors import BrokerError
from streaming.broker.publisher import Ack
from streaming.broker.topics import Topics
from streaming.position import Position, epoch_of

logger = logging.getLogger(__name__)
EVERY = 2.0


class BrokerWatch:
    """Knows whether Kafka can be reached, and the present epoch of the log of answers."""

    def __init__(self, topics: Topics, topic: str) -> None:
        self.is_connected = False
        self._epoch = ""
        self._topics = topics
        self._topic = topic
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="broker-watch")

    def place(self, ack: Ack) -> str:
        """That place in the log as a position."""
        return str(Position(self._epoch, ack.partition, ack.offset))

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(EVERY * random.uniform(0.8, 1.2))
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def look(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            identity = await loop.run_in_executor(self._thread, self._topics.identify, self._topic)
        except BrokerError as error:
            self._report(connected=False, why=str(error))
        except Exception:
            logger.exception("the watch over Kafka goes on after an error")
            self._report(connected=False, why="its topic could not be looked at")
        else:
            self._epoch = epoch_of(identity.id, identity.partitions)
            self._report(connected=True, why="")

    def _report(self, *, connected: bool, why: str) -> None:
        if connected and not self.is_connected:
            logger.info("Kafka is there")
        elif self.is_connected and not connected:
            logger.warning("Kafka is away, and no answer is begun meanwhile: %s", why)
        self.is_connected = connected
