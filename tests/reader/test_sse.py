from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .sse import Event, Parser

STREAM = (
    "\ufeffretry: 2500\nid: e-3-17\n\n"
    ': a comment\r\nevent: reply.delta\rdata: {"text":\rdata:  "h\u00e9 \U0001f680"}\nid: e-3-18\r\n\r\n'
    "id: e-3-19\n\n"
    "data\nid: a\0b\nretry: 1x\nnonsense: 1\n\n"
    "event: lost\ndata: never ended"
).encode()
EVENTS = [Event("reply.delta", '{"text":\n "h\u00e9 \U0001f680"}', "e-3-18"), Event("message", "", "e-3-19")]


def parsed(pieces: list[bytes]) -> tuple[list[Event], Parser]:
    parser = Parser()
    return [event for piece in pieces for event in parser.feed(piece)], parser


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_it_does_not_matter_where_a_stream_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]

    events, parser = parsed([STREAM[start:end] for start, end in pairwise(places)])

    assert events == EVENTS
    assert parser.last_event_id == "e-3-19"
    assert parser.retry == 2500


def test_every_byte_alone_gives_the_same() -> None:
    events, _ = parsed([STREAM[at : at + 1] for at in range(len(STREAM))])

    assert events == EVENTS


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1))
def test_data_comes_out_as_it_went_in(end: str, lines: list[str]) -> None:
    written = "".join(f"data: {line}{end}" for line in lines) + end

    events, _ = parsed([written.encode()])

    assert [event.data for event in events] == ["\n".join(lines)]


@given(st.binary(), st.integers(0, 50))
def test_no_bytes_break_it(noise: bytes, cut: int) -> None:
    whole, _ = parsed([noise])

    assert parsed([noise[:cut], noise[cut:]])[0] == whole


def test_a_block_of_an_id_alone_moves_the_place_to_resume_from() -> None:
    events, parser = parsed([b"id: e-0-7\n\n"])

    assert events == []
    assert parser.last_event_id == "e-0-7"


def test_an_id_counts_only_once_its_block_has_ended() -> None:
    _, parser = parsed([b"id: e-0-7\n\nid: e-0-8\ndata: x\n"])

    assert parser.last_event_id == "e-0-7"


def test_only_the_first_byte_order_mark_is_dropped() -> None:
    events, _ = parsed(["\ufeffdata: a\n\n\ufeffdata: b\n\n".encode()])

    assert [event.data for event in events] == ["a"]


@pytest.mark.parametrize("value", ["", "-1", "1.5", "\u0661"])
def test_a_retry_that_is_not_digits_is_ignored(value: str) -> None:
    _, parser = parsed([f"retry: 7\nretry: {value}\n\n".encode()])

    assert parser.retry == 7
