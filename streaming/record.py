from typing import Protocol

Text = str | bytes | None
Headers = list[tuple[str, Text]]
OVERHEAD = 400  # bytes of memory that a record costs beside its key and value, about


class RawRecord(Protocol):
    """What a Kafka client hands over for a record."""

    def partition(self) -> int | None: ...
    def offset(self) -> int | None: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def timestamp(self) -> tuple[int, int]: ...
    def headers(self) -> "Headers | dict[str, Text] | None": ...


class Record:
    """One record of the log. Most are for nobody here: making one is all that such a record costs, so its
    headers are read only when somebody asks.
    """

    __slots__ = ("_is_odd", "_raw", "frame", "key", "offset", "partition", "size", "type", "value")
    type: str

    def __init__(self, raw: RawRecord) -> None:
        self.partition = raw.partition() or 0
        self.offset = raw.offset() or 0
        self.key = key = raw.key() or b""
        self.value = value = raw.value()
        self.size = len(key) + len(value or b"") + OVERHEAD
        self.frame: bytes | None = None
        self._raw = raw
        self._is_odd = False

    def __getattr__(self, name: str) -> str:
        """`type` is read when it is first asked for, and costs no call from then on."""
        if name != "type":
            raise AttributeError(name)
        self.type = self.label("type")
        return self.type

    @property
    def written_at(self) -> float:
        """When its producer made it, by that one's clock: seconds since 1970."""
        return self._raw.timestamp()[1] / 1000

    def label(self, wanted: str) -> str:
        """What that header says, as text; of a repeated one the last counts. "" where there is none."""
        found: Text = ""
        for name, value in self._headers():
            if name == wanted:
                found = value
        return _text(found)

    @property
    def headers(self) -> Headers:
        """All its headers as they came, repeated ones too; none where they can't be read."""
        return [*self._headers()]

    @property
    def labels(self) -> dict[str, str]:
        """All its headers; none where they can't be read."""
        return {name: _text(value) for name, value in self._headers()}

    def _headers(self) -> Headers:
        """The client library fails on a name that is not UTF-8; asked once more, it crashes the process."""
        if self._is_odd:
            return []
        try:
            headers = self._raw.headers() or []
        except (UnicodeError, SystemError, ValueError):
            self._is_odd = True
            return []
        return [*headers.items()] if isinstance(headers, dict) else headers


def _text(value: Text) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
