"""Whom a scan serves, whom it refuses, and what it keeps meanwhile."""

from collections.abc import Iterator

import pytest

from streaming import scan
from streaming.broker.errors import BrokerUnavailableError, PositionLostError
from streaming.record import Record
from streaming.scan import Scan, Wanted
from tests.streaming.records import record
from tests.streaming.test_scan import HIGH, EndlessReader, reached, wanted

KILOBYTE = b"x" * 1024


class BigReader(EndlessReader):
    """Every record is alice's, and of a kilobyte."""

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        self._next += limit
        return [record(offset, b"alice", KILOBYTE) for offset in range(self._next - limit, self._next)]


class ShortenedReader(EndlessReader):
    """The log begins at HIGH."""

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        raise PositionLostError(0)

    def bounds(self, partition: int, *, timeout: float) -> tuple[int, int]:
        return HIGH, 2 * HIGH


class AwayReader(EndlessReader):
    """Nothing comes."""

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        return []


@pytest.fixture
def big() -> Iterator[BigReader]:
    with BigReader() as reader:
        yield reader


@pytest.fixture
def shortened() -> Iterator[ShortenedReader]:
    with ShortenedReader() as reader:
        yield reader


@pytest.fixture
def away() -> Iterator[AwayReader]:
    with AwayReader() as reader:
        yield reader


def test_who_is_a_little_below_the_first_of_the_line_is_served_with_them(big: BigReader) -> None:
    first, lower, much_lower = wanted(HIGH), wanted(HIGH - 100), wanted(HIGH - 2 * scan.RECORDS)

    served = Scan(big, [first, lower, much_lower]).run()

    assert big.starts == [HIGH - 100]
    assert served == {first, lower}
    assert [one.offset for one in first.answer.result(0).records[:2]] == [HIGH, HIGH + 1]
    assert lower.answer.result(0).records[0].offset == HIGH - 100


def test_the_first_of_the_line_is_passed_over_once_and_not_twice(big: BigReader) -> None:
    first, lower = wanted(HIGH), wanted(HIGH - scan.RECORDS)
    full = Scan(big, [first, lower]).run()

    newcomer = wanted(HIGH - scan.RECORDS)
    again = Scan(big, [first, newcomer]).run()

    assert full == {lower}
    assert again == {first}
    assert reached(first) > HIGH


def test_a_scan_keeps_8_mebibytes_and_one_reading_more_at_most(big: BigReader) -> None:
    alice = wanted(0)

    Scan(big, [alice]).run()

    kept = sum(one.size for one in alice.answer.result(0).records)
    assert scan.BYTES <= kept < scan.BYTES + 1000 * (len(KILOBYTE) + 500)


def test_all_whose_place_the_log_has_dropped_hear_so_at_once(shortened: ShortenedReader) -> None:
    lost = [wanted(HIGH - 1 - number) for number in range(500)]
    held = wanted(HIGH)

    served = Scan(shortened, [*lost, held]).run()

    assert served == set(lost)
    assert {type(one.answer.exception(0)) for one in lost} == {PositionLostError}
    assert not held.answer.done()


def test_while_the_log_cannot_be_read_nobody_waits_for_the_others_turn(away: AwayReader) -> None:
    everybody: list[Wanted] = [wanted(HIGH + number) for number in range(3)]

    served = Scan(away, everybody).run()

    assert served == set(everybody)
    assert {type(one.answer.exception(0)) for one in everybody} == {BrokerUnavailableError}
