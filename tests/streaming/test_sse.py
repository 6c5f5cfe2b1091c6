import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming import sse
from streaming.position import Position
from streaming.step import Step
from tests.reader.sse import Event, Parser
from tests.streaming.records import record

HERE = Position("e", 0, 5)


def read(stream: bytes) -> tuple[list[Event], Parser]:
    parser = Parser()
    return parser.feed(stream), parser


@given(st.text().filter(lambda text: "\0" not in text))
def test_a_value_arrives_with_every_kind_of_line_break_as_lf(text: str) -> None:
    value = text.encode("utf-8", "replace")

    (event,), _ = read(sse.event("reply.delta", value, identity="e-0-1"))

    assert event.data == value.decode().replace("\r\n", "\n").replace("\r", "\n")


@given(st.dictionaries(st.text(), st.text(), min_size=1))
def test_json_arrives_as_it_was(value: dict[str, str]) -> None:
    encoded = json.dumps(value).encode()

    (event,), _ = read(sse.frame(record(4, value=encoded), HERE))

    assert json.loads(event.data) == value


@pytest.mark.parametrize("break_", [b"\n", b"\r", b"\r\n"])
def test_a_value_forges_no_fields(break_: bytes) -> None:
    forged = b"x" + break_ + b"event: reset" + break_ + b"id: e-0-99" + break_ + break_ + b"data: y"

    events, parser = read(sse.frame(record(4, value=forged), HERE))

    assert [event.type for event in events] == ["reply.delta"]
    assert parser.last_event_id == "e-0-5"


@pytest.mark.parametrize("kind", ["", "Reply", "a\nid: 3", "a..b", "a b", "reply.delta\r", "1"])
def test_a_type_that_is_no_type_is_not_sent(kind: str) -> None:
    assert sse.frame(record(4, headers={"type": kind}), HERE) == b""


def test_a_record_out_of_another_partition_is_heard_and_moves_no_cursor() -> None:
    events, parser = read(sse.frame(record(4), Position("e", 3, 5)))

    assert [event.type for event in events] == ["reply.delta"]
    assert parser.last_event_id == ""


def test_a_record_without_a_value_is_not_sent() -> None:
    assert sse.frame(record(4, value=None), HERE) == b""


def test_a_heartbeat_dispatches_nothing_and_moves_the_cursor() -> None:
    events, parser = read(sse.frames(Step(HERE)))

    assert events == []
    assert parser.last_event_id == "e-0-5"


def test_the_first_block_carries_retry_and_id() -> None:
    events, parser = read(sse.opening(HERE, retry_ms=1234))

    assert (events, parser.retry, parser.last_event_id) == ([], 1234, "e-0-5")


def test_a_client_cut_anywhere_in_the_first_block_has_both_reset_and_id_or_none() -> None:
    opening = sse.opening(HERE, retry_ms=1234, reset="another_log")

    told = {cut: read(opening[:cut]) for cut in range(len(opening) + 1)}

    assert {(len(events), parser.last_event_id) for events, parser in told.values()} == {
        (0, ""),
        (1, "e-0-5"),
    }
