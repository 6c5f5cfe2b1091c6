from collections import deque

from streaming.record import Record


class Recent:
    """The newest records of one partition, in memory, found by key; the oldest go at the bound.

    It holds every record from offset `floor` on, up to `end`, the offset after the last one seen.
    """

    def __init__(self, start: int, *, records: int, size: int) -> None:
        self.floor = start
        self.end = start
        self._most_records = records
        self._most_bytes = size
        self._bytes = 0
        self._all: deque[Record] = deque()
        self._by_key: dict[bytes, deque[Record]] = {}

    def append(self, record: Record) -> None:
        self._all.append(record)
        self._by_key.setdefault(record.key, deque()).append(record)
        self._bytes += record.size
        self.end = record.offset + 1
        while len(self._all) > self._most_records or self._bytes > self._most_bytes:
            self._drop()

    def after(self, key: bytes, offset: int) -> list[Record]:
        """That key's records from `offset` on, in order; the caller has seen that it is not below `floor`."""
        found = []
        for record in reversed(self._by_key.get(key, ())):
            if record.offset < offset:
                break
            found.append(record)
        return found[::-1]

    def _drop(self) -> None:
        oldest = self._all.popleft()
        self._bytes -= oldest.size
        self.floor = oldest.offset + 1
        same = self._by_key[oldest.key]
        same.popleft()
        if not same:
            del self._by_key[oldest.key]
