import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from streaming import counted
from streaming.broker.errors import BrokerError, BrokerUnavailableError
from streaming.broker.log_reader import LogReader
from streaming.scan import PATIENCE, Found, Scan, Wanted, settle

Bounds = tuple[int, int]


class Archive:
    """Reads what is too old for memory. One thread and one consumer for all: a scan is shared.

    Each scan starts where whoever has waited longest wants to, and answers all who wait in the range that it
    read: any number of clients that come back to one place cost one reading of the log. Who is not yet where
    they want to be asks again, at the end of the line. There is never more than one question a connection,
    which bounds what waits.
    """

    def __init__(self, open_reader: Callable[[], LogReader]) -> None:
        self._open_reader = open_reader
        self._waiting: list[Wanted] = []
        self._bounds: dict[int, Future[Bounds]] = {}
        self._changed = threading.Condition()
        self._leaving = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises BrokerRefusedError for a wrong option; from then on the reader is the thread's."""
        reader = self._open_reader()
        self._thread = threading.Thread(target=self._run, args=[reader], name="archive", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._leaving = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(1)

    async def find(self, wanted: Wanted) -> Found:
        """The records wanted, or the first of them. Called on the loop.

        Raises PositionLostError when the log does not hold that offset, and BrokerUnavailableError when it
        can't be read within some seconds.
        """
        with self._changed:
            self._waiting.append(wanted)
            self._changed.notify()
        return await asyncio.wrap_future(wanted.answer)

    def bounds(self, partition: int) -> "Future[Bounds]":
        """The broker's first and next offset of a partition, asked once for all who wait. Any thread."""
        with self._changed:
            if partition not in self._bounds:
                self._bounds[partition] = Future()
                self._changed.notify()
            return self._bounds[partition]

    def _run(self, opened: LogReader) -> None:
        with opened as reader:
            while self._has_work():
                self._answer_bounds(reader)
                self._answer_waiting(reader)
        self._refuse()

    def _has_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._leaving or self._waiting or self._bounds)
            return not self._leaving

    def _answer_bounds(self, reader: LogReader) -> None:
        with self._changed:
            asked, self._bounds = self._bounds, {}
        for partition, future in asked.items():
            try:
                settle(future, reader.bounds(partition, timeout=PATIENCE))
            except BrokerError as error:
                settle(future, error)

    def _answer_waiting(self, reader: LogReader) -> None:
        with self._changed:
            self._waiting = [one for one in self._waiting if not one.answer.cancelled()]
            here = [one for one in self._waiting if one.partition == self._waiting[0].partition]
        if not here:
            return
        counted.scanned.add()
        served = Scan(reader, here).run()
        with suppress(BrokerError):  # what cannot rest now is assigned anew by the next scan
            reader.rest()
        with self._changed:
            self._waiting = [one for one in self._waiting if one not in served]

    def _refuse(self) -> None:
        leaving = BrokerUnavailableError("this process is leaving")
        with self._changed:
            for wanted in self._waiting:
                settle(wanted.answer, leaving)
            for future in self._bounds.values():
                settle(future, leaving)
