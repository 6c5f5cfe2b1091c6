import random
import time


class Outage:
    """The time after a failure in which nobody is asked: whoever asks would wait in vain. For any thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + self._seconds * random.uniform(0.8, 1.2)
