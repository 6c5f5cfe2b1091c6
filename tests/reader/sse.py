"""Server-Sent Events as the WHATWG standard has a browser read them."""

import codecs
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    type: str
    data: str
    id: str


class Parser:
    """Takes a stream's bytes in pieces cut anywhere, and gives the events they complete.

    `last_event_id` is what a client sends to resume: it moves at each blank line, so that a block which
    holds nothing but an id (a heartbeat) moves it too. `retry` is the last wait the server asked for, in
    milliseconds.
    """

    def __init__(self) -> None:
        self.last_event_id = ""
        self.retry: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = False
        self._after_return = False
        self._line = ""
        self._id = ""
        self._type = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[Event]:
        events = (self._event(line) for line in self._lines(self._text(piece)))
        return [event for event in events if event]

    def _text(self, piece: bytes) -> str:
        text = self._decoder.decode(piece)
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        return text

    def _lines(self, text: str) -> list[str]:
        """The lines that this text ends: by CR, LF, or CR and LF, also where a cut parts the two."""
        if not text:
            return []
        if self._after_return:
            text = text.removeprefix("\n")
        self._after_return = text.endswith("\r")
        *lines, self._line = (self._line + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines

    def _event(self, line: str) -> Event | None:
        if not line:
            return self._dispatched()
        name, _, value = line.partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)

    def _dispatched(self) -> Event | None:
        self.last_event_id = self._id
        data, self._data = self._data, []
        kind, self._type = self._type, ""
        return Event(kind or "message", "\n".join(data), self._id) if data else None
