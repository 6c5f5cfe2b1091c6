import asyncio
from collections.abc import Callable

from chatbot.worker.attempt.progress import Progress
from streaming import publishing
from streaming.broker.publisher import Ack

PAUSE = 0.05
MOST_DELTAS = 10_000  # a second, of all answers of a process: each is a record, and an event to many
FULL = 0.1
# A bot that says 20 words a second is ahead of the pause as often as behind it: a timer costs more.
NEARLY = 0.1


class Spoken:
    """What all voices of this process have told. For the loop's thread; each number may be read by any."""

    deltas = 0
    characters = 0
    voices = 0

    def add(self, characters: int) -> None:
        self.deltas += 1
        self.characters += characters

    @property
    def pause(self) -> float:
        """Seconds between two deltas of an answer: 50 ms, or more where more than 500 are being said."""
        return max(PAUSE, self.voices / MOST_DELTAS)


spoken = Spoken()


class Voice:
    """Brings an attempt's words to the log: the first at once, then at most one delta every 50 ms.

    When the publisher is full it waits, and so does the bot that speaks through it. It speaks while it is
    entered, and counts as one that does.
    """

    def __init__(self, progress: Progress) -> None:
        self.acked: Ack | None = None
        self.spoke_at: float | None = None
        self._progress = progress
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._unsent: Callable[[], bool] | None = None
        self._failure: Exception | None = None

    def __enter__(self) -> None:
        spoken.voices += 1

    def __exit__(self, *_raised: object) -> None:
        spoken.voices -= 1
        self._wait_no_longer()

    async def speak(self) -> None:
        """Tells what is new now, or lets a timer do it; waits only while the publisher is full."""
        pause = spoken.pause
        due = self._last + pause - self._loop.time()
        if due <= NEARLY * pause:
            self._tell()
        elif self._timer is None:
            self._timer = self._loop.call_later(due, self._tell)
        await self._sent()

    async def flush(self) -> None:
        """Everything said is with the publisher."""
        self._tell()
        await self._sent()

    def _wait_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self._wait_no_longer()
        if self._unsent is not None or not self._progress.has_untold:
            return
        try:
            event = self._progress.next_delta()
        except Exception as error:  # noqa: BLE001  (a timer has nobody to raise to: whoever speaks next does)
            self._failure = error
        else:
            self._last = self._loop.time()
            self.spoke_at = self.spoke_at or self._last
            spoken.add(len(str(event.data["text"])))
            self._send(lambda: publishing.tell(event, self._hear))

    def _send(self, send: Callable[[], bool]) -> None:
        self._unsent = None if send() else send

    async def _sent(self) -> None:
        if self._failure is not None:
            raise self._failure
        while self._unsent is not None:
            await asyncio.sleep(FULL)
            self._send(self._unsent)

    def _hear(self, ack: Ack) -> None:
        # On the publisher's thread: one reference, replaced in the order of the log.
        self.acked = ack
