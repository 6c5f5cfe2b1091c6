"""Whatever a client says about where it was: a place in its channel's log, or one reset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming import tail
from streaming.feed import Feed
from streaming.hub import Ends
from streaming.position import Position
from streaming.tail import locate
from tests.streaming.line import Line, moved

ENDS = Ends("e", (100, 200, 300))
LIVE = ENDS.of("7")
REASONS = {"invalid_position", "another_log", "another_channel"}
PARTS = st.one_of(st.integers(-2, 10**25).map(str), st.just("e"), st.text(max_size=5))
LIKELY = st.lists(PARTS, min_size=1, max_size=5).map("-".join)


@given(st.text() | LIKELY)
def test_any_text_is_a_place_of_this_channel_or_one_reset_at_its_live_end(text: str) -> None:
    place, reset = locate(ENDS, Feed("7"), text)

    is_usable = text == "" or (text == str(place) and (place.epoch, place.partition) == LIVE[:2])
    assert (reset is None) == is_usable
    assert reset is None or (reset in REASONS and place == LIVE)


@given(st.integers(0, 10**19 - 1))
def test_every_offset_of_this_channel_is_a_place(offset: int) -> None:
    place = Position(LIVE.epoch, LIVE.partition, offset)

    assert locate(ENDS, Feed("7"), str(place)) == (place, None)


@pytest.mark.anyio
async def test_a_place_beyond_what_any_log_can_hold_is_a_reset_like_any_other(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "AHEAD", 0.2)
    beyond = [moved(line.end, by) for by in (2**31, 2**62, 2**63, 9_000_000_000_000_000_000)]
    ears = [await line.ear(after=place).opened() for place in beyond]

    heard = [await ear.hear(1) for ear in ears]
    await line.say("after")

    assert heard == [['{"reason": "position_lost"}']] * 4
    assert [(await ear.hear(2))[1] for ear in ears] == ["after"] * 4
