"""The Python client's reading of `text/event-stream`, against what writes it and against another reader."""

from itertools import pairwise

import pytest
from chatbot_events import Parser
from hypothesis import given
from hypothesis import strategies as st

from streaming import sse
from streaming.position import Position
from tests.reader.sse import Parser as Reader

Told = tuple[str, str, str]
TYPES = st.from_regex(r"[a-z]+(\.[a-z]+)*", fullmatch=True)
DATA = st.text(st.characters(exclude_categories=["Cs"]))
CUTS = st.lists(st.integers(0, 2000), max_size=30)


def told(parser: Parser, stream: bytes, cuts: list[int]) -> list[Told]:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    return [one for start, end in pairwise(places) for one in parser.feed(stream[start:end])]


@given(st.lists(st.tuples(TYPES, DATA)), CUTS)
def test_what_the_server_writes_comes_out_as_it_went_in_wherever_it_is_cut(
    events: list[tuple[str, str]], cuts: list[int]
) -> None:
    frames = [sse.event(kind, data.encode(), identity=f"e-0-{n}") for n, (kind, data) in enumerate(events)]
    opening, heartbeat = sse.opening(Position("e", 0, 0), retry_ms=2500), sse.cursor(Position("e", 0, 99))
    stream = opening + b"".join(frames) + heartbeat
    parser = Parser()

    heard = told(parser, stream, cuts)

    lines = [(kind, data.replace("\r\n", "\n").replace("\r", "\n")) for kind, data in events]
    assert heard == [(kind, f"e-0-{n}", data) for n, (kind, data) in enumerate(lines)]
    assert (parser.retry, parser.last_event_id) == (2.5, "e-0-99")


WORDS = [b"data", b"id", b"event", b"retry", b":", b" ", b"\r", b"\n", b"\r\n", b"\0", b"7", b"\xff"]
NOISE = st.lists(st.sampled_from(WORDS) | st.binary(max_size=3)).map(b"".join)


@given(NOISE, CUTS)
def test_any_bytes_are_read_as_the_tests_own_reader_reads_them(noise: bytes, cuts: list[int]) -> None:
    parser, reader = Parser(), Reader()

    heard = told(parser, noise, cuts)

    assert heard == [(event.type, event.id, event.data) for event in reader.feed(noise)]
    assert parser.last_event_id == reader.last_event_id


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n"])
def test_a_line_ends_as_soon_as_it_can(break_: str) -> None:
    stream = f"\ufeffid: 1{break_}data: a{break_}{break_[:1]}"

    assert told(Parser(), stream.encode(), []) == [("message", "1", "a")]


@pytest.mark.parametrize(
    ("value", "seconds"), [("1500", 1.5), ("9" * 400, 30.0), ("-1", None), ("\u0661", None)]
)
def test_retry_is_digits_alone_and_bounded(value: str, seconds: float | None) -> None:
    parser = Parser()

    told(parser, f"retry: {value}\n\n".encode(), [])

    assert parser.retry == seconds


def test_an_id_with_nul_is_ignored() -> None:
    assert told(Parser(), b"id: 1\nid: 2\0\ndata: a\n\n", []) == [("message", "1", "a")]
