"""What a process counts of what is rare, for whoever watches it. Nothing that happens with each event."""

import threading


class Count:
    """A number that only grows, one for each value of its label ("" without one). Any thread.

    The values of a label come from the code, never from outside: there are few of them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}

    def add(self, label: str = "", *, by: int = 1) -> None:
        with self._lock:
            self._numbers[label] = self._numbers.get(label, 0) + by

    def numbers(self) -> dict[str, int]:
        with self._lock:
            return dict(self._numbers)


opened = Count()  # streams, by kind: events, answer
polled = Count()
refused = Count()  # streams and polls, by the problem's code
overflowed = Count()  # queues of slow readers, who replay from then on
cut = Count()  # readers that took nothing
replayed = Count()  # pages of what is past, by where they came from: memory, scan
scanned = Count()  # readings of the log
reset = Count()  # by reason
