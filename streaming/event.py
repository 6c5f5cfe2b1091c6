import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

TYPE = re.compile(r"[a-z]+(\.[a-z]+)*", re.ASCII)
# Made once: json.dumps makes one for each call that asks for anything but its defaults.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class InvalidTypeError(ValueError):
    """An event's type has to be dotted lower-case words: it becomes a line of an SSE frame."""


@lru_cache(maxsize=100)
def check(kind: str) -> None:
    """Raises InvalidTypeError. What passed once passes unread: there are few types, and many events."""
    if not TYPE.fullmatch(kind):
        raise InvalidTypeError(f"not an event type: {kind[:80]!r}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a channel, as it is written to the log.

    `labels` are what a listener may filter by without reading the data; they travel as record headers.
    """

    channel: str
    type: str
    data: Mapping[str, object]
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(self.type)

    @property
    def key(self) -> bytes:
        return self.channel.encode()

    @property
    def value(self) -> bytes:
        """One line of JSON: the encoder escapes every line break inside a string."""
        return ENCODER.encode(self.data).encode()

    @property
    def headers(self) -> list[tuple[str, str | bytes | None]]:
        return [("type", self.type), *self.labels.items()]
