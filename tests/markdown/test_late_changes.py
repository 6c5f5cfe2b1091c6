"""What a later definition changes in earlier blocks, and that nothing else does."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.markdown.blocks import Blocks
from chatbot.markdown.render import render
from tests.markdown.commonmark import examples
from tests.markdown.feeding import Rendered, fed, is_right, pieces_of, rendered, wrong_cuts
from tests.markdown.writing import CUTS, REFERRING


@pytest.fixture(scope="module")
def specification() -> list[str]:
    return examples()


def changed(parts: list[Rendered]) -> list[str]:
    return [part.source for part in parts if part.has_changed]


def test_no_cut_of_any_example_of_commonmark_changes_what_it_says(specification: list[str]) -> None:
    assert len(specification) > 600
    assert {text: cuts for text in specification if (cuts := wrong_cuts(text))} == {}


def test_no_example_of_commonmark_in_single_letters_says_anything_else(specification: list[str]) -> None:
    assert [text for text in specification if not is_right(text, range(len(text)))] == []


def test_examples_of_commonmark_that_define_nothing_never_change(specification: list[str]) -> None:
    plain = [text for text in specification if "]:" not in text]

    assert len(plain) > 500
    assert [text for text in plain if changed(rendered(text))] == []


@given(data=st.data(), cuts=CUTS)
@settings(max_examples=150, deadline=None)
def test_no_cuts_of_examples_after_each_other_change_what_they_say(
    specification: list[str], data: st.DataObject, cuts: list[int]
) -> None:
    texts = data.draw(st.lists(st.sampled_from(specification), min_size=1, max_size=5))

    assert is_right("\n\n".join(texts), cuts)


@given(text=REFERRING, cuts=CUTS)
@settings(max_examples=400, deadline=None)
@example(text="[^1] [^2]\n\n[^2]: b\n\n[^2]\n\n[^1]: a\n\n[^1]\n\nend", cuts=list(range(60)))
@example(text="[^1]: a\n\n[^1]\n\n[^1]: again\n\n[^1]\n\nend", cuts=list(range(60)))
@example(text="- a\n[^1]: note\n\n[^1]\n\nend", cuts=list(range(40)))
def test_nothing_changes_but_what_refers_to_a_later_definition(text: str, cuts: list[int]) -> None:
    assert is_right(text, cuts)


def test_a_link_defined_before_its_use_is_a_link_at_once() -> None:
    parts = rendered(["[home]: /start\n\nfirst\n\n", "see [home]\n\n", "end\n"])

    assert changed(parts) == []
    assert '<a href="/start"' in "".join(part.html for part in parts)


def test_a_link_defined_after_its_use_is_put_right_in_the_end() -> None:
    parts = rendered(["one\n\n", "see [home]\n\n", "next\n\n", "[home]: /start\n"])

    assert changed(parts) == ["see [home]\n\n"]
    assert parts[1].html == "<p>see [home]</p>\n"
    assert '<a href="/start"' in parts[1].finally_


def test_of_two_definitions_the_first_counts_at_once_and_in_the_end() -> None:
    parts = rendered(["[a]: /1\n\n[a]\n\n", "b\n\n", "[a]: /2\n\n[a]\n\n", "c\n"])

    assert changed(parts) == []


def test_a_footnote_defined_before_its_use_has_its_number_at_once() -> None:
    parts = rendered(["[^x]: note\n\n", "a[^x]\n\n", "b[^x]\n\n", "end"])

    assert changed(parts) == []
    assert ">[1]</a></sup>" in parts[1].html


def test_a_footnote_defined_after_its_use_is_put_right_in_the_end() -> None:
    parts = rendered(["a[^x]\n\n", "b\n\n", "[^x]: note\n\n", "c\n"])

    assert changed(parts) == ["a[^x]\n\n"]
    assert parts[0].html == "<p>a[^x]</p>\n"
    assert ">[1]</a></sup>" in parts[0].finally_


def test_a_footnote_defined_late_shifts_the_numbers_after_it() -> None:
    parts = rendered(["[^2]: two\n\n", "a[^1]\n\n", "b[^2]\n\n", "c\n\n", "[^1]: one\n"])

    assert changed(parts) == ["a[^1]\n\n", "b[^2]\n\n"]


def test_footnotes_stand_at_the_end_of_the_whole_alone() -> None:
    blocks, returned = fed(pieces_of("[^1]: remark\n\na[^1]\n\nb\n", range(30)))

    assert "remark" not in "".join(returned)
    assert blocks.finish().startswith(blocks.html)
    assert "remark" in blocks.finish()


def test_definitions_at_the_end_of_the_text_so_far_are_still_seen_as_text() -> None:
    blocks, _ = fed(pieces_of("a[^1]\n\n[^1]: one\n[^2]: two\n\n[^3]: three\n\n", range(60)))

    assert blocks.html == "<p>a[^1]</p>\n"
    assert blocks.text.endswith("[^3]: three\n\n")
    assert blocks.open == len(blocks.text) - len("a[^1]\n\n")


def test_what_is_told_in_the_end_is_the_whole() -> None:
    blocks = Blocks("abc")

    blocks.feed("see [home] and[^1]\n\nnext\n\n[home]: /start\n[^1]: note\n")

    assert blocks.finish() == render(blocks.text, "abc")
