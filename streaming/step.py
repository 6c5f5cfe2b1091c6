from dataclasses import dataclass

from streaming.position import Position
from streaming.record import Record


@dataclass(frozen=True, slots=True)
class Step:
    """What a stream has to say next: records, or nothing but how far it is; `reset` is why there is a gap.

    `position` is never ahead of what these records, and those before them, cover.
    """

    position: Position
    records: tuple[Record, ...] = ()
    reset: str | None = None
