"""Frames of `text/event-stream` (WHATWG HTML, section 9.2, "Server-sent events")."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

from streaming import counted
from streaming.event import TYPE
from streaming.position import Position
from streaming.record import Record
from streaming.step import Step

LINE_BREAK = re.compile(rb"\r\n|\r|\n")


def frames(step: Step) -> bytes:
    """A step of a stream as one write."""
    if step.reset is not None:
        return reset_event(step.position, step.reset)
    if not step.records:
        return cursor(step.position)
    return joined(step.records, step.position)


def joined(records: Iterable[Record], place: Position) -> bytes:
    return b"".join([frame(record, place) for record in records])


def frame(record: Record, place: Position) -> bytes:
    """A record as an event whose id is the position after it; b"" for one that no client could read.

    `place` is one in its channel's log. A record that a producer put into another partition is heard all the
    same, without an id. Made once, however many listen. Other programs write to the log too: a type that is
    not dotted lower-case words could forge lines.
    """
    if record.frame is None:
        record.frame = _framed(record, place)
    return record.frame


def event(kind: str, value: bytes, *, identity: str | None = None) -> bytes:
    head = b"" if identity is None else b"id: %b\n" % identity.encode()
    return b"%bevent: %b\ndata: %b\n\n" % (head, kind.encode(), _data(value))


def cursor(position: Position) -> bytes:
    """A block with nothing but an id: dispatches no event, moves the client's Last-Event-ID on."""
    return b"id: %b\n\n" % str(position).encode()


def opening(position: Position, *, retry_ms: int, reset: str | None = None) -> bytes:
    """The first block of a stream. A reset is part of it: a client cut behind it has either both or none."""
    first = cursor(position) if reset is None else reset_event(position, reset)
    return b"retry: %d\n%b" % (retry_ms, first)


def reset_event(position: Position, reason: str) -> bytes:
    counted.reset.add(reason)
    return event("reset", json.dumps({"reason": reason}).encode(), identity=str(position))


def _framed(record: Record, place: Position) -> bytes:
    kind = _kind(record.type)
    if not record.value or not kind:
        return b""
    if record.partition != place.partition:
        return event(record.type, record.value)
    start = _start(place.epoch, place.partition)
    return b"%b%d\nevent: %b\ndata: %b\n\n" % (start, record.offset + 1, kind, _data(record.value))


def _data(value: bytes) -> bytes:
    """Each line of the value becomes a `data:` line; the browser joins them with LF again."""
    if b"\n" in value or b"\r" in value:
        return b"\ndata: ".join(LINE_BREAK.split(value))
    return value


@lru_cache(1024)  # there are few of them, and a pattern costs more than all the rest of a frame
def _kind(text: str) -> bytes:
    """The type of an event; b"" for what can't be one."""
    return text.encode() if TYPE.fullmatch(text) else b""


@lru_cache(1024)
def _start(epoch: str, partition: int) -> bytes:
    return f"id: {epoch}-{partition}-".encode()
