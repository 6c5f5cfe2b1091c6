from functools import cached_property
from typing import Protocol

Text = str | bytes | None
Headers = list[tuple[str, Text]]


class RawRecord(Protocol):
    """What a Kafka client hands over for a record."""

    def partition(self) -> int | None: ...
    def offset(self) -> int | None: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def headers(self) -> "Headers | dict[str, Text] | None": ...


class Record:
    """One record of the log. Its headers are read when somebody asks: most records are for nobody here."""

    def __init__(self, raw: RawRecord) -> None:
        self.raw = raw
        self.partition = raw.partition() or 0
        self.offset = raw.offset() or 0
        self.key = raw.key() or b""
        self.frame: bytes | None = None

    @property
    def value(self) -> bytes | None:
        return self.raw.value()

    @cached_property
    def labels(self) -> dict[str, str]:
        """Its headers as text; of a repeated name the last one counts. None where they can't be read.

        The client library fails on a name that is not UTF-8, and asked once more it crashes the process: so
        it is asked once, whatever comes of it.
        """
        try:
            headers = dict(self.raw.headers() or [])
        except (UnicodeError, SystemError, ValueError):
            return {}
        return {name: _text(value) for name, value in headers.items()}

    @property
    def type(self) -> str:
        return self.labels.get("type", "")

    @property
    def size(self) -> int:
        """Its weight in memory, about, in bytes."""
        return len(self.key) + len(self.value or b"") + 400


def _text(value: Text) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
