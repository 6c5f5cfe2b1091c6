import time
from dataclasses import dataclass

from streaming.hub import Hub
from streaming.listener import Listener


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a process is behind the log's end, as the broker last told where that is."""

    records: int
    seconds: float


class LagWatch:
    """Looks at how far the hub is behind. For one thread, about once a second: who looks more rarely finds
    a longer standstill than there was.
    """

    def __init__(self, hub: Hub, listener: Listener) -> None:
        self._hub = hub
        self._listener = listener
        self._caught_up_at = time.time()

    def look(self) -> Lag:
        records = self._records()
        if records == 0:
            self._caught_up_at = time.time()
            return Lag(0, 0.0)
        return Lag(records, self._seconds())

    def _records(self) -> int:
        log, ends = self._hub.log, self._listener.ends
        if log is None:
            return 0
        return sum(max(0, ends.get(part, 0) - recent.end) for part, recent in enumerate(log.recent))

    def _seconds(self) -> float:
        """How old the last record was when it was taken, or for how long nothing was taken: what is more."""
        last, taken_at = self._listener.last, self._listener.taken_at
        delay = 0.0 if last is None else taken_at - last.written_at
        return max(0.0, delay, time.time() - max(taken_at, self._caught_up_at))
