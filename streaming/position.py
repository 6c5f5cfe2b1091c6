import re
from hashlib import blake2s
from typing import NamedTuple

PATTERN = re.compile(r"([A-Za-z0-9_.]{1,32})-(0|[1-9][0-9]{0,4})-(0|[1-9][0-9]{0,18})", re.ASCII)


class InvalidPositionError(ValueError):
    """That text is no position."""


class Position(NamedTuple):
    """A place in the log: everything before `offset` of `partition` has been seen (as Kafka commits offsets).

    Its text is an event's id, opaque to clients: `<epoch>-<partition>-<next offset>`. No `:` in it: that
    byte in a Last-Event-ID makes cross-origin reconnects need a preflight (Fetch standard, CORS-safelisted
    request-header).
    """

    epoch: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.partition}-{self.offset}"

    def moved_to(self, offset: int) -> "Position":
        """Never back: what was seen was seen."""
        return Position(self.epoch, self.partition, max(self.offset, offset))

    @classmethod
    def parse(cls, text: str) -> "Position":
        match = PATTERN.fullmatch(text)
        if match is None:
            raise InvalidPositionError(f"not a position: {text[:80]!r}")
        return cls(match[1], int(match[2]), int(match[3]))


def epoch_of(identity: str, partitions: int) -> str:
    """The life of a log: another one when its topic is made anew (`identity`) or grows (`partitions`)."""
    return blake2s(f"{identity}/{partitions}".encode(), digest_size=6).hexdigest()
