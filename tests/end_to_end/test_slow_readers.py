"""Who reads slowly, or not at all: bounded for the server, and complete for the reader."""

import json
import time

from tests.end_to_end.listening import listen
from tests.end_to_end.mute import Mute
from tests.end_to_end.stranger import Stranger, channel_of
from tests.reader.sse import Event
from tests.stack import Stack
from tests.waiting import wait_until

COUNT = 3000
FLOOD = [json.dumps({"number": number, "filling": "x" * 1000}).encode() for number in range(COUNT)]


def numbers(events: list[Event]) -> list[int]:
    return [json.loads(event.data)["number"] for event in events if event.type == "test.flood"]


def test_a_reader_that_reads_nothing_is_cut_off_within_5_seconds_and_complete_when_it_is_back(
    stack: Stack, stranger: Stranger
) -> None:
    token, channel = stack.token("charlie"), channel_of(stack, "charlie")
    with Mute(stack.base_url, token) as mute:
        stranger.write("bot-responses", channel, *FLOOD, headers=[("type", "test.flood")])

        begun = time.monotonic()
        wait_until(mute.is_cut_off, 10, what="the end of the connection")
        took = time.monotonic() - begun
        heard = mute.rest()

    stranger.write("bot-responses", channel, b"{}", headers=[("type", "test.end")])
    rest = listen(stack.base_url, token, after=mute.cursor, until="test.end")
    assert took < 5
    assert 0 < len(numbers(heard)) < COUNT
    assert numbers(heard + rest) == list(range(COUNT))
    assert "reset" not in {event.type for event in rest}
