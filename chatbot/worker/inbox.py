import asyncio
import threading
from collections import OrderedDict
from uuid import UUID


class Inbox:
    """Conversations that may have work, each once, in the order in which they came.

    Bounded: `offer` says no at the bound. Rung while it is being served, a conversation is served once more
    afterwards: its doorbell may have come too late for the one who serves it. `offer` may be called from any
    thread, the rest on the loop.
    """

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: OrderedDict[UUID, None] = OrderedDict()
        self._served: dict[UUID, bool] = {}
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        """How many wait. Any thread."""
        return len(self._waiting)

    def offer(self, conversation: UUID) -> bool:
        with self._lock:
            if conversation in self._served:
                self._served[conversation] = True
            elif len(self._waiting) >= self._bound and conversation not in self._waiting:
                return False
            else:
                self._waiting[conversation] = None
        self._loop.call_soon_threadsafe(self._filled.set)
        return True

    async def take(self) -> UUID:
        """The next one, which is being served until `done`."""
        while (conversation := self._first()) is None:
            self._filled.clear()
            if not self._waiting:
                await self._filled.wait()
        return conversation

    def done(self, conversation: UUID) -> None:
        with self._lock:
            rung_again = self._served.pop(conversation)
            if rung_again:
                self._waiting[conversation] = None
        if rung_again:
            self._filled.set()

    def _first(self) -> UUID | None:
        with self._lock:
            if not self._waiting:
                return None
            conversation, _ = self._waiting.popitem(last=False)
            self._served[conversation] = False
            return conversation
