import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager


class Patience:
    """How long a bot may take, in seconds: for its next word, and for all of them.

    Only the time counts in which it is waited for, not that in which Kafka holds up what it said.
    """

    def __init__(self, *, word: float, answer: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._word = word
        self._left_for_word = word
        self._left_for_all = answer
        self._since: float | None = None
        self._is_waiting = False
        self._away = 0

    def start(self) -> None:
        self._is_waiting = True
        self._run()

    def stop(self, *, has_spoken: bool) -> None:
        self._is_waiting = False
        self._halt()
        if has_spoken:
            self._left_for_word = self._word

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """What passes in it is not the bot's time, and counts as a word: a tool runs, in its own time."""
        self._halt()
        self._away += 1
        try:
            yield
        finally:
            self._away -= 1
            self._left_for_word = self._word
            self._run()

    def _run(self) -> None:
        if self._is_waiting and not self._away and self._since is None:
            self._since = self._clock()

    def _halt(self) -> None:
        if self._since is not None:
            spent = self._clock() - self._since
            self._left_for_all -= spent
            self._left_for_word -= spent
            self._since = None

    @property
    def left(self) -> float:
        """Seconds until it ends, if nothing is said; infinite while it is not the bot that is waited for."""
        if self._since is None:
            return math.inf
        return self._since + min(self._left_for_word, self._left_for_all) - self._clock()

    def forgive(self, seconds: float) -> None:
        """They were not the bot's, but of a process that stood still; of the whole answer they count."""
        self._left_for_word += seconds
