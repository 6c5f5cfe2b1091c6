import select
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.reader.sse import Event, Parser

SMALL = 16 * 1024


class Mute:
    """A client that opens a stream, reads its beginning, and then nothing more until it is asked to.

    It leaves the lines in that give the sizes of chunks: to a parser they are fields that it does not know.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self._socket.settimeout(10)
        address = urlsplit(base_url)
        self._socket.connect((address.hostname, address.port))
        self._socket.sendall(REQUEST.format(token).encode())
        self._parser = Parser()
        self._parser.feed(self._socket.recv(4096).partition(b"\r\n\r\n")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def cursor(self) -> str:
        return self._parser.last_event_id

    def is_cut_off(self) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLHUP)
        return bool(poll.poll(0))

    def rest(self) -> list[Event]:
        """What the kernel still has for it."""
        heard: list[Event] = []
        try:
            while piece := self._socket.recv(65536):
                heard += self._parser.feed(piece)
        except ConnectionResetError:
            pass
        return heard


REQUEST = "GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n"
