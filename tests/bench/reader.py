import re
import socket

from tests.bench.event import BYTES, NUMBER, PATTERN, SENT
from tests.bench.person import Person
from tests.bench.tally import Tally

REQUEST = (
    b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
    b"Authorization: Bearer %b\r\n%b\r\n"
)
ID = re.compile(rb"^id: ([^\r\n]*)\r?$", re.MULTILINE)
TWO = 2 * BYTES
# A block's end and the end of its chunk (RFC 9112, section 7.1): servers send whole blocks in a chunk.
ONE_EVENT = b'"}\n\n\r\n'
WHOLE = (b"\n\n\r\n", b"\n\r\n\r\n")


class Reader:
    """One client: its connection, what it has heard over all its connections, and where it would resume.

    Cheap rather than complete: it looks for events in the raw bytes, chunks and all.
    """

    __slots__ = (
        "_known",
        "_latest",
        "_rest",
        "caught_up_at",
        "connection",
        "is_open",
        "opened_at",
        "person",
        "status",
        "tally",
    )

    def __init__(self, person: Person) -> None:
        self.person = person
        self.tally = Tally()
        self.connection: socket.socket | None = None
        self.is_open = False
        self.status = 0
        self.opened_at = 0
        self.caught_up_at = 0
        self._rest = b""
        self._latest = b""
        self._known = b""

    def begin(self, connection: socket.socket) -> None:
        """A new connection; an unfinished block of the last one never arrived."""
        self.connection = connection
        self.is_open = False
        self.status = 0
        self._rest = b""

    def end(self) -> None:
        assert self.connection is not None
        self.connection.close()
        self.connection = None
        self.is_open = False

    def request(self) -> bytes:
        place = b"Last-Event-ID: %b\r\n" % self.last_id if self.last_id else b""
        return REQUEST % (self.person.token, place)

    @property
    def last_id(self) -> bytes:
        """Of the last whole block that had one; looked for only when it is asked for."""
        ids = ID.findall(self._latest)
        self._known = ids[-1] if ids else self._known
        return self._known

    def hear(self, chunk: bytes, now: int, latencies: list[int]) -> None:
        """`now` is the time at which it came, in microseconds; adds how old each event in it is."""
        if BYTES < len(chunk) < TWO and chunk.endswith(ONE_EVENT) and self.is_open and not self._rest:
            self._hear_one(chunk, now, latencies)
        else:
            self._hear_any(chunk, now, latencies)

    def _hear_one(self, chunk: bytes, now: int, latencies: list[int]) -> None:
        event = chunk[:-4]
        sent = int(event[SENT])
        latencies.append(now - sent)
        self.tally.count(int(event[NUMBER]))
        self._latest = chunk
        if sent < self.opened_at:
            self.caught_up_at = now

    def _hear_any(self, chunk: bytes, now: int, latencies: list[int]) -> None:
        if self._rest or not self.is_open or not chunk.endswith(WHOLE):
            chunk = self._whole(chunk, now)
        found = PATTERN.findall(chunk)
        for sent, number in found:
            latencies.append(now - int(sent))
            self.tally.count(int(number))
        if found:
            self._latest = chunk
            if int(found[0][0]) < self.opened_at:
                self.caught_up_at = now
        elif b"id: " in chunk:
            self._latest = chunk

    def _whole(self, chunk: bytes, now: int) -> bytes:
        """Everything up to the end of the last whole block; the rest is kept."""
        chunk = self._rest + chunk
        if not self.is_open:
            head, end, chunk = chunk.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return b""
            self._open(head, now)
        ends = max(chunk.rfind(b"\n\n") + 2, chunk.rfind(b"\n\r\n") + 3)
        ends = ends if ends > 2 else 0
        self._rest = chunk[ends:]
        return chunk[:ends]

    def _open(self, head: bytes, now: int) -> None:
        self.status = int(head[9:12])
        if self.status == 200:
            self.is_open = True
            self.opened_at = self.caught_up_at = now
