import time
from collections.abc import Awaitable, Callable

Turned = Callable[[], float]


class Vitals:
    """When each part of a worker that must go on last came to the end of a turn, well or badly.

    So PostgreSQL or Kafka being away makes nothing old; a turn that does not end does.
    """

    def __init__(self) -> None:
        self._turned: dict[str, Turned] = {}

    def watch(self, name: str, turned: Turned) -> None:
        """`turned` tells that moment on the monotonic clock; from any thread."""
        self._turned[name] = turned

    def watched(self, name: str, once: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """`once`, watched: each end of it is the end of a turn."""
        last = time.monotonic()
        self.watch(name, lambda: last)

        async def turn() -> None:
            nonlocal last
            try:
                await once()
            finally:
                last = time.monotonic()

        return turn

    def watch_only(self, name: str) -> None:
        """The others need not go on any more."""
        self._turned = {name: self._turned[name]}

    @property
    def age(self) -> float:
        """Seconds since the last moment at which all of them had gone on."""
        now = time.monotonic()
        return max((now - turned() for turned in self._turned.values()), default=0.0)
