from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.markdown.blocks import Blocks, PlainBlocks
from chatbot.markdown.render import PARSER, render
from chatbot.markdown.tail import CREDIT_PER_LINE, FIRST_CREDIT
from tests.markdown.feeding import fed, last_units, pieces_of
from tests.markdown.samples import SAMPLES

CUTS = st.lists(st.integers(min_value=0, max_value=400), max_size=40)
FRAGMENTS = st.sampled_from(
    [
        *("-", "+", "*", "1.", "2)", ">", "#", "- x\n", "    ", "---", "===", "**", "_"),
        *("```", "~~~", "```py\n", "`", "~~", "b|-", "|", "|-", "|a|b|", "|-|-|", ":-:"),
        *("a", "word word", "\U0001f642", "é", "9", "=", "~", "\\", "!", "(", ")", "<", "&"),
        *("\n", "\n\n", "\n\n\n", "\r\n", "\r", " ", "  ", "\t", "\u00a0"),
    ]
)
GENERATED = st.lists(FRAGMENTS, max_size=40).map("".join)


@pytest.mark.parametrize("text", SAMPLES)
def test_letter_by_letter_gives_what_the_whole_gives(text: str) -> None:
    blocks, returned = fed(text)

    assert "".join(returned) + render(last_units(text, blocks.open)) == render(text)
    assert blocks.html == "".join(returned)
    assert blocks.text == text
    assert blocks.finish() == render(text)


@given(text=st.one_of(st.sampled_from(SAMPLES), GENERATED), cuts=CUTS)
@settings(max_examples=400, deadline=None)
@example(text="- a\n\n\U0001f642\n", cuts=[3, 4, 5, 6])
@example(text="1. a\n\n1. b\n", cuts=[7])
def test_no_cut_changes_what_the_blocks_say(text: str, cuts: list[int]) -> None:
    blocks, returned = fed(pieces_of(text, cuts))

    assert "".join(returned) + render(last_units(text, blocks.open)) == render(text)
    assert blocks.finish() == render(text)


@given(samples=st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=4), cuts=CUTS)
@settings(max_examples=200, deadline=None)
def test_no_cut_changes_what_samples_after_each_other_say(samples: list[str], cuts: list[int]) -> None:
    text = "\n".join(samples)

    blocks, returned = fed(pieces_of(text, cuts))

    assert "".join(returned) + render(last_units(text, blocks.open)) == render(text)


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


def test_what_is_open_is_counted_as_javascript_counts() -> None:
    blocks = Blocks()

    blocks.feed("\U0001f642\n\n\U0001f680\U0001f680")

    assert blocks.open == 4
    assert blocks.html == "<p>\U0001f642</p>\n"


def test_a_link_defined_before_its_use_is_a_link_at_once() -> None:
    blocks, returned = fed(["[home]: /start\n\nfirst\n\n", "see [home]\n\n", "end\n"])

    assert '<a href="/start"' in returned[-1]
    assert blocks.finish() == render(blocks.text)


def test_a_link_defined_after_its_use_is_put_right_at_the_end() -> None:
    blocks, returned = fed(["see [home]\n\n", "next\n\n", "[home]: /start\n"])

    assert returned == ["<p>see [home]</p>\n"]
    assert blocks.finish() == render(blocks.text)
    assert '<a href="/start"' in blocks.finish()


def test_nothing_fed_is_nothing() -> None:
    blocks = Blocks()

    assert blocks.feed("") is None
    assert (blocks.text, blocks.html, blocks.open, blocks.finish()) == ("", "", 0, "")


@pytest.mark.parametrize("line", ["x = 1\n", "- item\n", "| a | b |\n", "> quote\n", "text\n", "\n", "a\n\n"])
def test_each_line_is_parsed_a_few_times_however_long_its_block_is(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ("```\n" if line == "x = 1\n" else "") + line * 1_500
    parsed: list[int] = []
    parse = PARSER.block.parse

    def counting(source: str, *others: Any) -> Any:
        parsed.append(source.count("\n"))
        return parse(source, *others)

    monkeypatch.setattr(PARSER.block, "parse", counting)
    fed(pieces_of(text, range(0, len(text), 5)))

    assert sum(parsed) <= FIRST_CREDIT + 2 * CREDIT_PER_LINE * text.count("\n")


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
