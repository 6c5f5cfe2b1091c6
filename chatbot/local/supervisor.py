"""Keeps the processes of one copy running, and ends them together."""

import time
from collections.abc import Callable, Sequence
from random import SystemRandom

from chatbot.local.failure import CannotRunError
from chatbot.local.process import Process, undisturbed

RESTARTS = 5
STEADY_SECONDS = 60.0  # who lived this long starts counting afresh
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LOOK_SECONDS = 0.1

Say = Callable[[str], None]


class Child:
    """A process that is started again when it dies: after a pause that doubles, `RESTARTS` times in a row."""

    def __init__(self, name: str, process: Process, *, grace: float, say: Say) -> None:
        self.name = name
        self.process = process
        self.grace = grace
        self._say = say
        self._restarts = 0
        self._started_at = 0.0
        self._due: float | None = None

    def start(self) -> None:
        self.process.start()
        self._started_at = time.monotonic()
        self._due = None

    def tend(self) -> None:
        """One look at it. Raises CannotRunError, with its exit status, once it has died too often."""
        if self._due is None:
            self._mourn(self.process.poll())
        elif time.monotonic() >= self._due:
            self.start()

    def _mourn(self, status: int | None) -> None:
        if status is None:
            return
        if time.monotonic() - self._started_at > STEADY_SECONDS:
            self._restarts = 0
        if self._restarts == RESTARTS:
            raise CannotRunError(
                f"The {self.name} has ended {RESTARTS + 1} times in a row, now with status {status}: "
                "everything is stopped. The lines above say why it ended.",
                status=status or 1,
            )
        pause = self._pause()
        self._restarts += 1
        self._due = time.monotonic() + pause
        self._say(f"The {self.name} has ended with status {status}; starting it again in {pause:.1f} s.")

    def _pause(self) -> float:
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._restarts)
        return SystemRandom().uniform(longest / 2, longest)


class Supervisor:
    """Owns the children from `start` to `stop`. `check` may raise to end `run`, `hurry` to end waiting."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        check: Callable[[], None] = undisturbed,
        hurry: Callable[[], None] = undisturbed,
    ) -> None:
        self._children = children
        self._started: list[Child] = []
        self._check = check
        self._hurry = hurry

    def start(self) -> None:
        for child in self._children:
            child.start()
            self._started.append(child)

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Tends the children until `until`. What `check` raises passes, and so does a child's last death."""
        while not until():
            self._check()
            for child in self._children:
                child.tend()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """All are asked at once, each is waited for as long as its grace, and killed after that."""
        for child in self._started:
            child.process.ask()
        deadline = time.monotonic()
        try:
            for child in self._started:
                child.process.stop(deadline + child.grace - time.monotonic(), check=self._hurry)
        finally:
            for child in self._started:
                child.process.kill()
        self._started.clear()
