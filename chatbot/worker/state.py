import time
from dataclasses import dataclass

from conversations.answers.backlog import Backlog


@dataclass(frozen=True, slots=True)
class WorkerState:
    """How a worker is right now; `heartbeat_age` in seconds."""

    running: int
    free_slots: int
    inbox: int
    heartbeat_age: float
    is_connected: bool


class BacklogWatch:
    """What PostgreSQL said last of what waits there, and how long ago. Any thread.

    It is asked only where somebody wants to know.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self._seen: tuple[Backlog, float] | None = None

    def note(self, backlog: Backlog) -> None:
        self._seen = backlog, time.monotonic()

    @property
    def last(self) -> tuple[Backlog, float] | None:
        """It, and its age in seconds; None before the first."""
        if self._seen is None:
            return None
        backlog, at = self._seen
        return backlog, time.monotonic() - at
