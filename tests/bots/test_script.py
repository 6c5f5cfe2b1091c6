import time

import pytest

from chatbot.bots.protocol import BotError
from chatbot.bots.script import ScriptBot
from tests.bots.asking import heard_before_failing, pieces, said


class HurriedBot(ScriptBot):
    longest_echo = 0.2


def test_counts_words_up_from_zero_with_single_spaces() -> None:
    assert said(ScriptBot(), "words=5 rate=1000") == "w0 w1 w2 w3 w4"


def test_says_one_word_at_a_time() -> None:
    assert pieces(ScriptBot(), "words=3 rate=1000") == ["w0", " w1", " w2"]


def test_finds_its_orders_anywhere_and_in_any_sequence() -> None:
    assert said(ScriptBot(), "Please, rate=1000, and then words=3.") == "w0 w1 w2"


def test_words_alone_have_a_rate() -> None:
    assert said(ScriptBot(), "words=2") == "w0 w1"


def test_says_the_same_every_time() -> None:
    assert said(ScriptBot(), "words=50 rate=10000") == said(ScriptBot(), "words=50 rate=10000")


def test_keeps_its_rate_on_average() -> None:
    began = time.monotonic()

    said(ScriptBot(), "words=101 rate=400")

    assert 0.25 <= time.monotonic() - began < 5


def test_a_rate_beyond_the_clock_is_no_hang() -> None:
    began = time.monotonic()

    said(ScriptBot(), "words=10000 rate=100000")

    assert 0.1 <= time.monotonic() - began < 5


def test_fails_after_the_words_it_was_told() -> None:
    heard, reason = heard_before_failing(ScriptBot(), "words=10 rate=1000 fail_after=3")

    assert heard == "w0 w1 w2"
    assert "after 3 words" in reason


def test_can_fail_before_the_first_word() -> None:
    heard, reason = heard_before_failing(ScriptBot(), "words=10 rate=1000 fail_after=0")

    assert heard == ""
    assert "after 0 words" in reason


def test_can_fail_after_the_last_word() -> None:
    heard, reason = heard_before_failing(ScriptBot(), "words=2 rate=1000 fail_after=2")

    assert heard == "w0 w1"
    assert "after 2 words" in reason


def test_never_reaches_a_failure_behind_the_last_word() -> None:
    assert said(ScriptBot(), "words=2 rate=1000 fail_after=3") == "w0 w1"


@pytest.mark.parametrize("order", ["words=0", "words=50001", "words=5 rate=0", "words=5 rate=100001"])
def test_an_order_out_of_bounds_says_which_bounds(order: str) -> None:
    with pytest.raises(BotError, match="from"):
        said(ScriptBot(), order)


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "  two  spaces,\ttab\nand\r\n\r\nnewlines \n",
        "keywords=5",
        "words=many",
        "   ",
        "Grüße 🙂 <b>&amp;</b>",
        "words = 5",
    ],
)
def test_says_any_other_text_back_exactly(text: str) -> None:
    assert said(ScriptBot(), text) == text


def test_says_text_back_word_by_word() -> None:
    assert pieces(ScriptBot(), "one  two\nthree ") == ["one", "  two", "\nthree", " "]


def test_a_long_text_is_not_said_back_for_minutes() -> None:
    began = time.monotonic()

    said(HurriedBot(), "a " * 1_000)

    assert time.monotonic() - began < 5


def test_is_no_markdown() -> None:
    assert ScriptBot.markdown is False
