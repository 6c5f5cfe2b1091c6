"""A user's events, as a stream or as polls give them."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from tests.chaos.door import AwayError, Door
from tests.chaos.wire import pieces
from tests.reader.sse import Parser

POLL = 10


@dataclass(frozen=True, slots=True)
class Told:
    """`position` is the place after it; without a type it is only a place."""

    type: str
    data: dict[str, Any]
    position: str


Source = Callable[[Door, str], AsyncGenerator[Told, None]]


async def streamed(door: Door, after: str) -> AsyncGenerator[Told, None]:
    """One stream; raises of TROUBLE at its end, since a process that ends it is leaving."""
    parser = Parser()
    async with aclosing(pieces(door, "/api/events", after=after)) as stream:
        async for piece in stream:
            for event in parser.feed(piece):
                yield Told(event.type, json.loads(event.data), event.id)
            yield Told("", {}, parser.last_event_id)
    raise AwayError("the stream was ended")


async def polled(door: Door, after: str) -> AsyncGenerator[Told, None]:
    """One poll."""
    question = {"after": after, "wait": POLL}
    answer = await door.ask("GET", "/api/events/poll", patience=POLL + 10, params=question)
    for event in answer["events"]:
        yield Told(event["type"], event["data"], event["id"] or "")
    yield Told("", {}, answer["cursor"])
