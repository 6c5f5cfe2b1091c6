"""The events of a chatbot service, for programs: Python 3.10+, its standard library, this one file.

    from chatbot_events import Events, FilePlace

    for event in Events("https://chat.example.org", token, place=FilePlace("place.txt")):
        if event.type == "reply.finished":
            print(event.data["message"]["text"])

It goes on for ever. What was missed while the connection, the server or this program was away comes first,
in order, each event once. An event counts as handled when the next one is asked for, and only then is its
place kept. `reset` says that the place was of no use any more: read the history, and call `resume_from` with
its `cursor`. A refusal that no other try would change raises RefusedError; a cut, silence, a server that is
away or busy is waited out and logged. Where something on the way keeps a stream back, events are polled for.
"""

from __future__ import annotations

import codecs
import json
import logging
import random
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

logger = logging.getLogger("chatbot_events")
CONNECTING = 10.0  # seconds, like all of these
SILENT = 35.0  # without a first byte: two heartbeats, and something over
DEAD = 40.0  # without another byte
LONGEST_WAIT = 30.0
LONGEST_RETRY_AFTER = 600.0
POLL = 25
POLLING = 3600.0  # until the stream is tried again
PIECE = 65536

Told = tuple[str, str, dict[str, Any] | None]  # type, place after it, data; without data only a place


@dataclass(frozen=True)
class Event:
    """`id` is the place after it; `data` its JSON object. One whose data is no object is passed over."""

    type: str
    id: str
    data: dict[str, Any]


class FilePlace:
    """Keeps how far a program is in a file, which is replaced as a whole. Override both for another store."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> str:
        return self._path.read_text("utf-8") if self._path.exists() else ""

    def store(self, position: str) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(position, "utf-8")
        fresh.replace(self._path)


class RefusedError(Exception):
    """The server will not serve this, however often it is asked; the message is its own sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


class Events:
    """All of a user's events, or a conversation's: from `after` on, else from `place`, else from now on."""

    def __init__(
        self, url: str, token: str, *, conversation: str = "", after: str = "", place: FilePlace | None = None
    ) -> None:
        self.position = after or (place.load() if place is not None else "")
        self._url = urlsplit(url)
        self._kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        self._headers = {"Authorization": f"Bearer {token}", "Cache-Control": "no-store"}
        self._query = {"conversation": conversation} if conversation else {}
        self._place = place
        self._retry, self._retry_after, self._wait = 1.0, 0.0, 0.0
        self._failures, self._polls_until, self._is_elsewhere = 0, 0.0, False

    def __iter__(self) -> Iterator[Event]:
        while True:
            self._is_elsewhere, self._retry_after = False, 0.0
            with closing(self._told()) as told:
                yield from self._handed_out(told)
            time.sleep(0.0 if self._is_elsewhere else self._wait)

    def resume_from(self, cursor: str) -> None:
        """The next event is the first one after that: for a history's `cursor`."""
        self._keep(cursor)
        self._is_elsewhere = True

    def _handed_out(self, told: Iterator[Told]) -> Iterator[Event]:
        for kind, position, data in told:
            self._failures = 0
            if data is not None:
                yield Event(kind, position or self.position, data)
            if self._is_elsewhere:
                return
            self._keep(position)

    def _told(self) -> Generator[Told, None, None]:
        """What one connection says. Sets how many seconds to wait before the next."""
        try:
            with closing(self._kind(self._url.netloc, timeout=CONNECTING)) as connection:
                connection.connect()
                is_polling = time.monotonic() < self._polls_until
                yield from self._polled(connection) if is_polling else self._streamed(connection)
            self._wait = self._retry
        except (OSError, HTTPException) as error:
            self._failures += 1
            self._wait = self._retry_after + backoff(self._retry, self._failures)
            logger.info("trying again in %.1f s: %r", self._wait, error)

    def _streamed(self, connection: HTTPConnection) -> Iterator[Told]:
        parser = Parser()
        for piece in self._pieces(connection):
            for kind, position, text in parser.feed(piece):
                yield kind, position, _object(text)
            self._retry = self._retry if parser.retry is None else parser.retry
            if parser.last_event_id:
                yield "", parser.last_event_id, None
        if not parser.last_event_id:
            raise HTTPException("what was answered is no stream of events")

    def _pieces(self, connection: HTTPConnection) -> Iterator[bytes]:
        """Nothing at all means that the stream is kept back; nothing any more, that it is dead."""
        wire, piece = connection.sock, b""  # the connection itself may let go of it
        wire.settimeout(SILENT)
        try:
            with self._asked(connection, "/api/events", self._query) as response:
                while piece := response.read1(PIECE):
                    wire.settimeout(DEAD)
                    yield piece
        except TimeoutError as error:
            if not piece:
                logger.warning("nothing came out of the stream in %d s: polling for events instead", SILENT)
                self._polls_until = time.monotonic() + POLLING
            raise HTTPException("the stream is silent") from error

    def _polled(self, connection: HTTPConnection) -> Iterator[Told]:
        connection.sock.settimeout(POLL + DEAD)
        while time.monotonic() < self._polls_until and connection.sock is not None:
            query, begun = {**self._query, "wait": str(POLL)}, time.monotonic()
            with self._asked(connection, "/api/events/poll", query) as answer:
                page = _object(answer.read().decode("utf-8", "replace"))
            if page is None or "cursor" not in page:
                raise HTTPException("what was answered is no page of events")
            for event in page["events"]:
                yield event["type"], event["id"] or "", event["data"]
            yield "", page["cursor"], None
            if not page["events"] and time.monotonic() - begun < POLL / 2:
                time.sleep(self._retry)  # a server that is being stopped answers early

    def _keep(self, position: str) -> None:
        if position and position != self.position:
            self.position = position
            if self._place is not None:
                self._place.store(position)

    @contextmanager
    def _asked(self, connection: HTTPConnection, path: str, query: dict[str, str]) -> Iterator[HTTPResponse]:
        place = {"Last-Event-ID": self.position} if self.position else {}
        target = f"{self._url.path.rstrip('/')}{path}?{urlencode(query)}"
        connection.request("GET", target, headers={**self._headers, **place})
        with connection.getresponse() as response:
            if response.status != 200:
                after = response.getheader("Retry-After") or ""  # a date is not understood
                self._retry_after = min(float(after), LONGEST_RETRY_AFTER) if after.isdecimal() else 0.0
                raise refusal(response)
            yield response


class Parser:
    """`text/event-stream` as the WHATWG HTML standard reads it (section 9.2.6). `retry` is in seconds."""

    def __init__(self) -> None:
        self.last_event_id = self._id = ""
        self.retry: float | None = None
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._drop = "\ufeff"  # what does not count if the next character is it
        self._line = ""
        self._type = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[tuple[str, str, str]]:
        """Type, place after it, and data of each event that this completes."""
        for line in self._lines(self._decode(piece)):
            if line:
                name, _, value = line.partition(":")
                self._take(name, value[1:] if value.startswith(" ") else value)
            else:
                yield from self._dispatched()

    def _lines(self, text: str) -> list[str]:
        if not text:
            return []
        text = text[1:] if text[0] == self._drop else text
        self._drop = "\n" if text.endswith("\r") else ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        *ended, self._line = (self._line + text).split("\n")
        return ended

    def _take(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = min(float(value) / 1000, LONGEST_WAIT)

    def _dispatched(self) -> Iterator[tuple[str, str, str]]:
        self.last_event_id = self._id
        if self._data:
            yield self._type or "message", self._id, "\n".join(self._data)
        self._type, self._data = "", []


def backoff(first: float, failures: int) -> float:
    """Full jitter: anything up to a bound that doubles with each failure, 30 s at most."""
    return random.uniform(0, min(LONGEST_WAIT, first * 2 ** min(failures, 10)))


def refusal(response: HTTPResponse) -> RefusedError | HTTPException:
    """What an answer other than 200 means; HTTPException is one to try again."""
    said = f"The server answered {response.status} {response.reason}."
    if response.status >= 500 or response.status in (408, 425, 429):
        return HTTPException(said)
    problem = _object(response.read(PIECE).decode("utf-8", "replace")) or {}
    return RefusedError(response.status, str(problem.get("code", "")), str(problem.get("detail", said)))


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
