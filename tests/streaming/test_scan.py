from collections.abc import Iterator, Mapping

import pytest

from streaming.broker.log_reader import LogReader
from streaming.broker.options import BrokerOptions
from streaming.record import Record
from streaming.scan import Scan, Wanted
from tests.streaming.records import record

HIGH = 1_000_000


class EndlessReader(LogReader):
    """A log with a record at each offset."""

    def __init__(self) -> None:
        super().__init__(BrokerOptions({"bootstrap.servers": "127.0.0.1:1"}), "any")
        self.starts: list[int] = []
        self._next = 0

    def assign(self, offsets: Mapping[int, int]) -> None:
        self._next = offsets[0]
        self.starts.append(self._next)

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        self._next += limit
        return [record(offset, b"other") for offset in range(self._next - limit, self._next)]


@pytest.fixture
def reader() -> Iterator[EndlessReader]:
    with EndlessReader() as reader:
        yield reader


def wanted(offset: int, *, by: bytes = b"alice") -> Wanted:
    return Wanted(0, offset, by, 2 * HIGH)


def reached(one: Wanted) -> int:
    return one.answer.result(timeout=0).reached


def test_a_scan_begins_where_the_first_of_the_line_is_and_leaves_who_is_below_to_the_next(
    reader: EndlessReader,
) -> None:
    first, newcomer, same_range = wanted(HIGH), wanted(0, by=b"bob"), wanted(HIGH + 500, by=b"charlie")

    served = Scan(reader, [first, newcomer, same_range]).run()

    assert reader.starts == [HIGH]
    assert served == {first, same_range}
    assert reached(first) > HIGH
    assert not newcomer.answer.done()
