import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from streaming.record import Record

END_OF_CHANNEL = "channel.ended"
GENERATION = re.compile(r"[0-9]{1,18}")  # a bigint; int() refuses thousands of digits


@dataclass(frozen=True, slots=True)
class Feed:
    """What one connection may hear: a channel, perhaps narrowed to records that carry certain labels.

    `generation` is that of the credential it was opened with: a `channel.ended` record that names a higher
    one ends it. `credential` is whatever the domain can check again; without one nothing is.
    """

    channel: str
    generation: int = 0
    match: Mapping[str, str] = field(default_factory=dict)
    credential: Hashable = None

    @property
    def key(self) -> bytes:
        return self.channel.encode()

    def wants(self, record: Record) -> bool:
        """Whether it is to be forwarded; the end of a channel never is."""
        if record.type == END_OF_CHANNEL:
            return False
        return not self.match or all(record.label(name) == value for name, value in self.match.items())

    def is_ended_by(self, record: Record) -> bool:
        if record.type != END_OF_CHANNEL:
            return False
        generation = record.label("generation")
        return bool(GENERATION.fullmatch(generation)) and int(generation) > self.generation
