import logging
import re
import time
from collections.abc import Callable

SILENCE = 30.0
REMEMBERED = 100
CHANGING = re.compile(r"\d+")


class Complaints(logging.Filter):
    """Lets librdkafka say the same only once in 30 s, and then how often it would have.

    While Kafka is away each client complains of each attempt to connect, several times a second. Messages
    that differ in numbers alone count as the same. Any thread: two at one moment may both be let through.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind, now = CHANGING.sub("#", record.getMessage()), self._clock()
        said_at, unsaid = self._said.get(kind, (-SILENCE, 0))
        if now < said_at + SILENCE:
            self._said[kind] = (said_at, unsaid + 1)
            return False
        if unsaid:
            record.msg, record.args = f"{record.getMessage()} ({unsaid} more like it)", None
        if len(self._said) >= REMEMBERED:
            self._said.clear()
        self._said[kind] = (now, 0)
        return True
