from concurrent.futures import Future
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.markdown import tail
from chatbot.markdown.blocks import Blocks, PlainBlocks
from chatbot.markdown.look import Look
from chatbot.markdown.open_block import OpenBlock
from chatbot.markdown.render import PARSER, render
from chatbot.markdown.tail import CREDIT, FIRST_CREDIT, FIRST_LOOK, JUDGED_AT_ONCE, SMALL, cost
from tests.markdown.feeding import Later, fed, is_right, last_units, pieces_of
from tests.markdown.samples import SAMPLES
from tests.markdown.writing import CUTS, GENERATED


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that the parser is given, from now on."""
    sources: list[str] = []
    parse = PARSER.block.parse

    def noting(source: str, *others: Any) -> Any:
        sources.append(source)
        return parse(source, *others)

    monkeypatch.setattr(PARSER.block, "parse", noting)
    return sources


@pytest.mark.parametrize("text", SAMPLES)
def test_letter_by_letter_gives_what_the_whole_gives(text: str) -> None:
    blocks, returned = fed(text)

    assert "".join(returned) + render(last_units(text, blocks.open)) == render(text)
    assert blocks.html == "".join(returned)
    assert blocks.text == text
    assert blocks.finish() == render(text)


@given(text=st.one_of(st.sampled_from(SAMPLES), GENERATED), cuts=CUTS)
@settings(max_examples=300, deadline=None)
@example(text="- a\n\n\U0001f642\n", cuts=[3, 4, 5, 6])
@example(text="1. a\n\n1. b\n", cuts=[7])
def test_no_cut_changes_what_the_blocks_say(text: str, cuts: list[int]) -> None:
    blocks, returned = fed(pieces_of(text, cuts))

    assert "".join(returned) + render(last_units(text, blocks.open)) == render(text)
    assert blocks.finish() == render(text)


@given(samples=st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=4), cuts=CUTS)
@settings(max_examples=150, deadline=None)
def test_no_cut_changes_what_samples_after_each_other_say(samples: list[str], cuts: list[int]) -> None:
    assert is_right("\n".join(samples), cuts)


@given(samples=st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=4), cuts=CUTS, turns=st.randoms())
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_when_a_look_from_elsewhere_comes(
    samples: list[str], cuts: list[int], turns: Random
) -> None:
    text = "\n".join(samples * 8)

    assert is_right(text, [4 * cut for cut in cuts], Later(lambda: turns.random() < 0.4))


def test_a_block_is_complete_when_the_next_has_begun() -> None:
    blocks = Blocks()

    assert blocks.feed("# One\n") is None
    assert blocks.feed("\n") is None
    assert blocks.feed("T") == "<h1>One</h1>\n"
    assert blocks.feed("wo\n\n") is None
    assert blocks.feed("- a") is None
    assert blocks.feed("\n") == "<p>Two</p>\n"
    assert blocks.open == len("- a\n")


def test_a_list_that_may_go_on_is_not_complete() -> None:
    blocks = Blocks()

    assert blocks.feed("- a\n\n- ") is None
    assert blocks.feed("b\n\n") is None
    assert blocks.feed("1") is None
    assert blocks.feed("st") is None
    assert blocks.feed("\n") == "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"


def test_an_open_fence_is_not_complete_whatever_is_in_it() -> None:
    blocks, returned = fed("```\n# no\n\ntext\n~~~\n``\n")

    assert returned == []
    assert blocks.open == len(blocks.text)


def test_an_open_table_is_not_complete_before_something_else_begins() -> None:
    blocks, returned = fed("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n")

    assert returned == []
    assert str(blocks.feed("after")).count("<tr>") == 3


def test_what_is_open_is_counted_as_javascript_counts() -> None:
    blocks = Blocks()

    blocks.feed("\U0001f642\n\n\U0001f680\U0001f680")

    assert blocks.open == 4
    assert blocks.html == "<p>\U0001f642</p>\n"


def test_nothing_fed_is_nothing() -> None:
    blocks = Blocks()

    assert blocks.feed("") is None
    assert (blocks.text, blocks.html, blocks.open, blocks.finish()) == ("", "", 0, "")


def test_one_piece_has_few_of_its_lines_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    may_end_at = OpenBlock.may_end_at

    def noting(block: OpenBlock, line: str, *, after_blank: bool) -> bool:
        judged.append(line)
        return may_end_at(block, line, after_blank=after_blank)

    monkeypatch.setattr(OpenBlock, "may_end_at", noting)

    Blocks(elsewhere=lambda look: Future[Look]()).feed("\n" * 200_000)

    assert len(judged) <= JUDGED_AT_ONCE


@pytest.mark.parametrize("text", SAMPLES)
def test_what_is_judged_late_is_right_all_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "JUDGED_AT_ONCE", 1)

    assert is_right(text, [len(text) // 2, len(text) - 1])


LINES = ["x = 1\n", "- item\n", "| a | b |\n", "> quote\n", "text\n", "\n", "a\n\n", "#tag\n", "- a\n  - b\n"]


@pytest.mark.parametrize("line", LINES)
def test_looks_parse_a_text_five_times_at_most_however_long_its_block_is(
    line: str, parsed: list[str]
) -> None:
    text = ("```\n" if line == "x = 1\n" else "") + line * 1_500

    for_all = fed(pieces_of(text, range(0, len(text), 5)))

    rendered = cost(for_all[0].html, 0)
    looked = sum(cost(source, source.count("\n")) for source in parsed)
    paid = FIRST_CREDIT + FIRST_LOOK + (CREDIT + 2) * cost(text, text.count("\n"))
    assert looked <= paid + min(rendered, 1) * cost(text, text.count("\n"))


@pytest.mark.parametrize("line", [*LINES, "[a](/b) *c* " * 20 + "\n\n"])
def test_what_is_not_small_is_parsed_elsewhere(line: str, parsed: list[str]) -> None:
    blocks = Blocks(elsewhere=lambda look: Future[Look]())

    blocks.feed(line * 1_500)
    blocks.feed("more\n\n" + line)

    assert parsed == []


def test_what_was_parsed_elsewhere_comes_with_a_later_piece() -> None:
    later = Later(iter([False, True, True]).__next__)
    blocks = Blocks(elsewhere=later)

    assert blocks.feed("- a\n" * SMALL + "\nb\n\n") is None
    assert blocks.feed("c") is None
    html = blocks.feed("d")

    assert html is not None
    assert html.count("<li>") == SMALL
    assert (blocks.html, blocks.open) == (html, len("b\n\ncd"))


def test_what_goes_wrong_elsewhere_is_raised_by_a_later_piece() -> None:
    failed = Future[Look]()
    failed.set_exception(RecursionError("too deep"))
    blocks = Blocks(elsewhere=lambda look: failed)

    blocks.feed("- a\n" * SMALL)

    with pytest.raises(RecursionError, match="too deep"):
        blocks.feed("b")


def test_plain_blocks_complete_nothing_before_the_end() -> None:
    blocks = PlainBlocks()

    assert blocks.feed("# no <b>\n\n") is None
    assert blocks.feed("heading \U0001f642") is None

    assert blocks.text == "# no <b>\n\nheading \U0001f642"
    assert blocks.html == ""
    assert blocks.open == len(blocks.text) + 1
    assert blocks.finish() == "<p># no &lt;b&gt;<br><br>heading \U0001f642</p>"


def test_plain_blocks_break_lines_at_any_line_end() -> None:
    blocks = PlainBlocks()

    blocks.feed("a\r\nb\rc\nd")

    assert blocks.finish() == "<p>a<br>b<br>c<br>d</p>"
