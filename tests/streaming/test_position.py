import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.position import PATTERN, InvalidPositionError, Position, epoch_of

EPOCHS = st.from_regex(r"[A-Za-z0-9_.]{1,32}", fullmatch=True)
POSITIONS = st.builds(Position, EPOCHS, st.integers(0, 99_999), st.integers(0, 10**18))


@given(POSITIONS)
def test_a_position_comes_back_from_its_text(position: Position) -> None:
    assert Position.parse(str(position)) == position


@given(POSITIONS)
def test_a_position_s_text_needs_no_preflight_as_a_header(position: Position) -> None:
    assert set(str(position)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


@given(st.text())
def test_any_other_text_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(InvalidPositionError):
        Position.parse(f" {text}")


@pytest.mark.parametrize(
    "text", ["", "e-0", "e-0-", "e-0-01", "e-00-1", "e-0-1\n", "e-0--1", "e-0-1-2", "e:0-1", "é-0-1", "e-٣-1"]
)
def test_what_is_almost_a_position_is_none(text: str) -> None:
    with pytest.raises(InvalidPositionError):
        Position.parse(text)


def test_an_epoch_fits_into_a_position() -> None:
    assert PATTERN.fullmatch(f"{epoch_of('any / topic:id', 12)}-0-0")


def test_a_topic_made_anew_or_grown_has_another_epoch() -> None:
    assert len({epoch_of("a", 12), epoch_of("b", 12), epoch_of("a", 24)}) == 3
