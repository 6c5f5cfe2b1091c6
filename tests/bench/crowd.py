import errno
import random
import select
import socket
import time
from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count

from tests.bench.contestant import HOST
from tests.bench.reader import Reader

AT_ONCE = 100
CONNECT_SECONDS = 60.0
TURN = 0.05
# To wake for each event alone would cost the load's core more than it has; so lateness is told to 1 ms.
REST = 0.001
MOST = 65_536
READING = select.EPOLLIN
STARTING = select.EPOLLIN | select.EPOLLOUT


class Crowd:
    """Many readers of one server on one thread; close() closes their connections.

    With `retry` (seconds) each that is cut off or refused comes back after that time, again and again, the
    first time within it; without, that is counted in `cut` and it stays away. `reached_at` is when a
    connection was first made, in microseconds; it can be set to 0 to hear of the next one.
    """

    def __init__(self, port: int, *, retry: float | None = None) -> None:
        self.latencies: list[int] = []
        self.cut = 0
        self.reached_at = 0
        self._address = (HOST, port)
        self._retry = retry
        self._epoll = select.epoll()
        self._readers: dict[int, Reader] = {}
        self._waiting: list[tuple[float, int, Reader]] = []
        self._turns = count()

    def close(self) -> None:
        for reader in list(self._readers.values()):
            self.drop(reader)
        self._epoll.close()

    def connect(self, readers: Iterable[Reader], *, at_once: int = AT_ONCE) -> float:
        """Until each of them is answered, `at_once` on their way at a time; how many seconds that took."""
        start = time.monotonic()
        coming = deque(readers)
        pending: list[Reader] = []
        while coming or pending:
            while coming and len(pending) < at_once:
                pending.append(coming.popleft())
                self._begin(pending[-1])
            self.turn(TURN)
            pending = [reader for reader in pending if not reader.is_open]
            assert time.monotonic() < start + CONNECT_SECONDS, f"{len(pending)} readers are not answered"
        return time.monotonic() - start

    def listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.turn(min(left, TURN))
            time.sleep(REST)

    def turn(self, seconds: float) -> None:
        """Hears what is there, or waits for something for that long; then those go again that are due."""
        for fd, mask in self._epoll.poll(seconds):
            reader = self._readers[fd]
            if mask != READING:
                self._attend(reader, mask)
            else:
                self._hear(reader)
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            self._begin(heappop(self._waiting)[2])

    def ignore(self, reader: Reader) -> None:
        """From now on nothing of its connection is read."""
        assert reader.connection is not None
        self._epoll.unregister(reader.connection)

    def drop(self, reader: Reader) -> None:
        """Closes its connection, whatever came over it unread."""
        assert reader.connection is not None
        del self._readers[reader.connection.fileno()]
        reader.end()  # takes it out of epoll too

    def _hear(self, reader: Reader) -> None:
        connection = reader.connection
        assert connection is not None
        try:
            chunk = connection.recv(MOST)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._lose(reader)
            return
        reader.hear(chunk, time.monotonic_ns() // 1000, self.latencies)
        if reader.status not in (0, 200):
            self._lose(reader)

    def _attend(self, reader: Reader, mask: int) -> None:
        connection = reader.connection
        assert connection is not None
        if mask & select.EPOLLOUT and not mask & select.EPOLLERR:
            self.reached_at = self.reached_at or time.monotonic_ns() // 1000
            self._ask(reader, connection)
        elif mask & READING:
            self._hear(reader)
        else:
            self._lose(reader)

    def _ask(self, reader: Reader, connection: socket.socket) -> None:
        try:
            connection.send(reader.request())
        except OSError:  # a server that was killed just now
            self._lose(reader)
        else:
            self._epoll.modify(connection, READING)

    def _begin(self, reader: Reader) -> None:
        connection = socket.socket()
        connection.setblocking(False)
        reader.begin(connection)
        self._readers[connection.fileno()] = reader
        status = connection.connect_ex(self._address)
        assert status in (0, errno.EINPROGRESS), errno.errorcode[status]
        self._epoll.register(connection, STARTING)

    def _lose(self, reader: Reader) -> None:
        self.cut += 1
        was_open = reader.is_open
        self.drop(reader)
        if self._retry is None:
            assert was_open, f"a reader was refused (status {reader.status or 'none'})"
        else:
            pause = random.uniform(0, self._retry) if was_open else self._retry
            heappush(self._waiting, (time.monotonic() + pause, next(self._turns), reader))
