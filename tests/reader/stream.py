"""An open stream that comes back: where it was cut it goes on."""

import random
import socket
import threading
from collections.abc import Callable

import httpx

from .sse import Event, Parser

SILENCE = 40.0
PAUSE, LONGEST_PAUSE = 0.05, 1.0

Hear = Callable[[Event, str], str | None]


class Stream:
    """Gives every event to `hear`, on a thread of its own that ends within a second of `stop`.

    `hear` gets the event and the place after it; where it returns a cursor, the stream is opened anew there.
    A refusal that no further try would change ends the thread too, and is in `refusal` then.
    """

    def __init__(self, http: httpx.Client, path: str, hear: Hear, *, after: str | None) -> None:
        self.position = after
        self.refusal: str | None = None
        self.opened = threading.Semaphore(0)
        self._http, self._path, self._hear = http, path, hear
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        """Returns once it is open, so that nothing is missed of what happens from now on."""
        self._thread.start()
        assert self.opened.acquire(timeout=20), self.refusal or "the stream did not open within 20 s"
        assert self.refusal is None, self.refusal

    def stop(self) -> None:
        self._stopping.set()
        self.cut()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the reader's thread did not end"

    def cut(self) -> None:
        """Breaks the connection as a network would."""
        if self._socket is not None:
            _shut(self._socket)

    def _run(self) -> None:
        failed = 0
        while not self._stopping.is_set() and self.refusal is None:
            failed = 0 if self._was_open() else failed + 1
            self._stopping.wait(random.uniform(0, min(LONGEST_PAUSE, PAUSE * 2**failed)))
        self.opened.release()

    def _was_open(self) -> bool:
        headers = {"Last-Event-ID": self.position} if self.position else {}
        try:
            with self._http.stream("GET", self._path, headers=headers) as answer:
                return self._refused(answer) if answer.status_code != 200 else self._listen(answer)
        except httpx.HTTPError:
            return False

    def _refused(self, answer: httpx.Response) -> bool:
        answer.read()
        if answer.status_code < 500:
            self.refusal = f"the stream answered {answer.status_code}: {answer.text}"
        return False

    def _listen(self, answer: httpx.Response) -> bool:
        self._socket = answer.extensions["network_stream"].get_extra_info("socket")
        if self._stopping.is_set():
            self.cut()
        parser = Parser()
        try:
            for piece in answer.iter_raw():
                if self._elsewhere(parser.feed(piece), parser):
                    break
        except httpx.HTTPError:
            pass
        finally:
            self._socket = None
        return bool(parser.last_event_id)

    def _elsewhere(self, events: list[Event], parser: Parser) -> bool:
        for event in events:
            cursor = self._hear(event, event.id)
            if cursor is not None:
                self.position = cursor
                return True
        if parser.last_event_id:
            self.position = parser.last_event_id
            self.opened.release()
        return False


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
