"""Ctrl-C, SIGTERM and a closed terminal, taken where the work allows it."""

import signal
import time
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME_PRESS_SECONDS = 1.0  # one Ctrl-C may come twice, from the terminal and from make


class StoppedError(Exception):
    """Somebody asked for the end. Not a failure."""


class Interruption:
    """While entered, signals are noted, and raised only where `check` is called: no step is cut in half.

    Enter it in the main thread.
    """

    def __init__(self) -> None:
        self._first: float | None = None
        self._again = False

    def __enter__(self) -> Self:
        self._handlers = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    @property
    def has_come(self) -> bool:
        return self._first is not None

    def check(self) -> None:
        """Raises StoppedError once a signal has come."""
        if self.has_come:
            raise StoppedError

    def check_hurry(self) -> None:
        """Raises StoppedError once Ctrl-C was pressed again: then nothing is waited for."""
        if self._again:
            raise StoppedError

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        elif number == signal.SIGINT and now > self._first + SAME_PRESS_SECONDS:
            self._again = True
