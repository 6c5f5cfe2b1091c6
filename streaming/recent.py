from bisect import bisect_left
from collections import deque
from operator import attrgetter

from streaming.record import Record


class Recent:
    """The newest records of one partition, in memory, found by key; the oldest go at the bound.

    It holds every record from offset `floor` on, up to `end`, the offset after the last one seen. For one
    thread only, but that `floor` and `end` may be read from any.
    """

    def __init__(self, start: int, *, records: int, size: int) -> None:
        self.floor = start
        self.end = start
        self._most_records = records
        self._most_bytes = size
        self._bytes = 0
        self._all: deque[Record] = deque()
        # Most records are asked for by nobody: they are sorted by key only once somebody asks.
        self._unsorted: deque[Record] = deque()
        self._by_key: dict[bytes, list[Record]] = {}

    def append(self, record: Record) -> None:
        self._all.append(record)
        self._unsorted.append(record)
        self._bytes += record.size
        self.end = record.offset + 1
        while self._bytes > self._most_bytes or len(self._all) > self._most_records:
            self._drop()

    def after(self, key: bytes, offset: int, *, limit: int) -> list[Record]:
        """That key's first records from `offset` on; the caller has seen that it is not below `floor`."""
        self._sort()
        same = self._by_key.get(key, [])
        start = bisect_left(same, offset, key=attrgetter("offset"))
        return same[start : start + limit]

    def _sort(self) -> None:
        for record in self._unsorted:
            same = self._by_key.get(record.key)
            if same is None:
                self._by_key[record.key] = [record]
            else:
                same.append(record)
        self._unsorted.clear()

    def _drop(self) -> None:
        oldest = self._all.popleft()
        self._bytes -= oldest.size
        self.floor = oldest.offset + 1
        if self._unsorted and self._unsorted[0] is oldest:
            self._unsorted.popleft()
            return
        same = self._by_key[oldest.key]
        del same[0]
        if not same:
            del self._by_key[oldest.key]
