from collections.abc import Iterator
from threading import Thread

from chatbot_events import Event


class Hearing:
    """Takes so many events in the background."""

    def __init__(self, events: Iterator[Event], count: int) -> None:
        self.heard: list[Event] = []
        self._events = events
        self._count = count
        self._thread = Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def all(self, *, within: float = 30.0) -> list[Event]:
        self._thread.join(within)
        assert not self._thread.is_alive(), f"{len(self.heard)} of {self._count} within {within:g} s"
        return self.heard

    def _run(self) -> None:
        while len(self.heard) < self._count:
            self.heard.append(next(self._events))


def take(events: Iterator[Event], count: int) -> list[Event]:
    return Hearing(events, count).all()


def numbers(events: list[Event]) -> list[int]:
    return [event.data["n"] for event in events]
