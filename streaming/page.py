import json

from streaming import counted
from streaming.position import Position
from streaming.record import Record
from streaming.sse import frame
from streaming.step import Step
from streaming.subscription import BYTES, RECORDS


class Page:
    """Events as one JSON answer: 512 or 1 MiB at most, or a single one that is larger.

    `cursor` is the place after the last of them: what did not fit comes with the next page.
    """

    def __init__(self, cursor: Position) -> None:
        self.cursor = cursor
        self.events: list[bytes] = []
        self._size = 0

    @property
    def body(self) -> bytes:
        return b'{"events": [%b], "cursor": "%b"}' % (b", ".join(self.events), str(self.cursor).encode())

    def take(self, step: Step) -> None:
        if step.reset is not None:
            self.reset(step.position, step.reset)
            return
        for record in step.records:
            # Never met by what was heard live, which has the same bounds: what is left is still in the log.
            if not self._takes(record, step.position):
                return
        self.cursor = step.position

    def reset(self, position: Position, reason: str) -> None:
        counted.reset.add(reason)
        self.events.append(_event(str(position), "reset", json.dumps({"reason": reason}).encode()))
        self.cursor = position

    def _takes(self, record: Record, place: Position) -> bool:
        event = event_of(record, place)
        if event is not None:
            self._size += record.size
            if self.events and (len(self.events) == RECORDS or self._size > BYTES):
                return False
            self.events.append(event)
        if record.partition == place.partition:
            self.cursor = _after(record, place)
        return True


def event_of(record: Record, place: Position) -> bytes | None:
    """None for what a stream would not send either, and for data that is no JSON object.

    One that a producer put into another partition has no id, as in a stream.
    """
    value = record.value or b""
    if not frame(record, place) or not _is_object(value):
        return None
    identity = str(_after(record, place)) if record.partition == place.partition else None
    return _event(identity, record.type, value)


def _after(record: Record, place: Position) -> Position:
    return Position(place.epoch, place.partition, record.offset + 1)


def _event(identity: str | None, kind: str, data: bytes) -> bytes:
    return b'{"id": %b, "type": "%b", "data": %b}' % (json.dumps(identity).encode(), kind.encode(), data)


def _is_object(value: bytes) -> bool:
    """As strictly as RFC 8259 has it: the bytes go out as they are, and one that a parser can't read would
    cost its client the whole page.
    """
    try:
        return isinstance(json.loads(value.decode(), parse_constant=_refuse), dict)
    except (ValueError, RecursionError):
        return False


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
