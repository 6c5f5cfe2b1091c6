from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from streaming.broker.errors import BrokerError, BrokerUnavailableError, PositionLostError
from streaming.broker.log_reader import LogReader
from streaming.record import Record

RECORDS = 10_000
BYTES = 8 * 1024 * 1024
PATIENCE = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """Records of one key, in order, and the offset up to which the log was searched for them."""

    records: list[Record]
    reached: int


@dataclass(eq=False, slots=True)
class Wanted:
    """Somebody waits for that key's records from `offset` on, and would like to get to `stop`."""

    partition: int
    offset: int
    key: bytes
    stop: int
    answer: "Future[Found]" = field(default_factory=Future)
    was_passed_over: bool = False


class Scan:
    """One reading of one partition, shared by all who want something of it.

    Who comes back after a cut is at a place of their own, but near the others: it starts at the lowest that
    is not more than 10,000 offsets below that of the first in line. Who wants something older is left to a
    later one, and the first is not passed over twice: else those who keep coming for the oldest would starve
    everybody else. It ends at the highest stop, at the end of the log, or after 10,000 records behind the
    first's place or 8 MiB kept, whichever comes first.
    """

    def __init__(self, reader: LogReader, wanted: list[Wanted]) -> None:
        self._reader = reader
        self._first = wanted[0]
        self._partition = self._first.partition
        lowest = self._first.offset - (0 if self._first.was_passed_over else RECORDS)
        self._wanted = [one for one in wanted if one.offset >= lowest]
        self._start = min(one.offset for one in self._wanted)
        self._stop = max(one.stop for one in self._wanted)
        self._found: dict[bytes, list[Record]] = {one.key: [] for one in self._wanted}

    def run(self) -> set[Wanted]:
        """Answers those whose offset the scan reached; an error, only those who would meet it too."""
        try:
            reached = self._read()
        except PositionLostError as error:
            return self._refuse(self._lost(), error)
        except BrokerError as error:
            return self._refuse(set(self._wanted), error)
        served = {one for one in self._wanted if one.offset <= reached}
        if self._start < self._first.offset >= reached:
            self._first.was_passed_over = True
            served.discard(self._first)
        for one in served:
            records = [record for record in self._found[one.key] if record.offset >= one.offset]
            settle(one.answer, Found(records, reached))
        return served

    def _lost(self) -> set[Wanted]:
        """All whose place the log does not hold: asked once, rather than found out one by one."""
        try:
            low, high = self._reader.bounds(self._partition, timeout=PATIENCE)
        except BrokerError:
            low, high = self._start + 1, self._stop
        lost = {one for one in self._wanted if not low <= one.offset <= high}
        return lost | {one for one in self._wanted if one.offset == self._start}

    def _refuse(self, refused: set[Wanted], error: BrokerError) -> set[Wanted]:
        for one in refused:
            settle(one.answer, error)
        return refused

    def _read(self) -> int:
        self._reader.assign({self._partition: self._start})
        reached, kept = self._start, 0
        most = self._first.offset + RECORDS
        while reached < min(self._stop, most) and kept < BYTES:
            records = self._reader.read(1000, timeout=PATIENCE)
            if records:
                kept += sum(map(self._keep, records))
                reached = records[-1].offset + 1
            elif self._partition in self._reader.ends:
                return max(reached, self._reader.ends[self._partition])
            else:
                raise BrokerUnavailableError("the log could not be read in time")
        return reached

    def _keep(self, record: Record) -> int:
        found = self._found.get(record.key)
        if found is None:
            return 0
        found.append(record)
        return record.size


def settle(future: "Future[T]", answer: T | BrokerError) -> None:
    """Whoever asked may have gone meanwhile: then nobody is told."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(answer, BrokerError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
