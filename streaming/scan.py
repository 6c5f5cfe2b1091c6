from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from streaming.broker.errors import BrokerError, BrokerUnavailableError
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


class Scan:
    """One reading of one partition, shared by all who want something of it, in the order of their coming.

    It starts where the first in line wants to, and leaves who wants something older to a later one: else
    those who keep coming for the oldest would starve everybody else. It ends at the highest stop, at the end
    of the log, or after 10,000 records or 8 MiB kept, whichever comes first.
    """

    def __init__(self, reader: LogReader, wanted: list[Wanted]) -> None:
        self._reader = reader
        self._partition = wanted[0].partition
        self._start = wanted[0].offset
        self._wanted = [one for one in wanted if one.offset >= self._start]
        self._stop = max(one.stop for one in self._wanted)
        self._found: dict[bytes, list[Record]] = {one.key: [] for one in self._wanted}

    def run(self) -> set[Wanted]:
        """Answers those whose offset the scan reached; an error, only those who would meet it too."""
        try:
            reached = self._read()
        except BrokerError as error:
            first = {one for one in self._wanted if one.offset == self._start}
            for one in first:
                settle(one.answer, error)
            return first
        served = {one for one in self._wanted if one.offset <= reached}
        for one in served:
            records = [record for record in self._found[one.key] if record.offset >= one.offset]
            settle(one.answer, Found(records, reached))
        return served

    def _read(self) -> int:
        self._reader.assign({self._partition: self._start})
        reached, count, kept = self._start, 0, 0
        while reached < self._stop and count < RECORDS and kept < BYTES:
            records = self._reader.read(1000, timeout=PATIENCE)
            if records:
                kept += sum(map(self._keep, records))
                count += len(records)
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
