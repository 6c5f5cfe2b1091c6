from streaming.record import Headers, Record, Text


class Raw:
    """What a Kafka client hands over, without Kafka."""

    def __init__(
        self,
        offset: int,
        key: bytes = b"7",
        value: bytes | None = b"{}",
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        self._offset = offset
        self._key = key
        self._value = value
        self._headers = {"type": "reply.delta", **(headers or {})}

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return 1, 0

    def headers(self) -> Headers | dict[str, Text] | None:
        return [*self._headers.items()]


def record(
    offset: int, key: bytes = b"7", value: bytes | None = b"{}", *, headers: dict[str, str] | None = None
) -> Record:
    return Record(Raw(offset, key, value, headers=headers))
