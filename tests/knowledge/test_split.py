import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.knowledge.split import LONGEST, SIZE, markdown_parts, plain_parts
from tests.markdown.samples import SAMPLES


def test_a_section_is_a_passage_under_its_headings() -> None:
    parts = list(markdown_parts("before\n\n# One\n\na\n\n## Two\n\nb\n\nc\n\n# Three\n\nd\n"))

    assert [(part.headings, part.anchor, part.text) for part in parts] == [
        ((), "", "before"),
        (("One",), "one", "a"),
        (("One", "Two"), "two", "b\n\nc"),
        (("Three",), "three", "d"),
    ]


def test_headings_of_the_same_name_have_anchors_of_their_own() -> None:
    parts = list(markdown_parts("# Use\n\na\n\n# Use\n\nb\n\n# `Use` it, now!\n\nc"))

    assert [part.anchor for part in parts] == ["use", "use-1", "use-it-now"]


def test_a_heading_in_code_or_a_quote_is_no_heading() -> None:
    parts = list(markdown_parts("# One\n\n```\n# not\n```\n\n> # nor this\n"))

    assert [part.headings for part in parts] == [("One",)]


def test_a_long_section_is_cut_between_its_paragraphs() -> None:
    paragraph = "word " * 60

    parts = list(markdown_parts("# Long\n\n" + f"{paragraph}\n\n" * 7))

    assert [part.text.count("word") for part in parts] == [120, 120, 120, 60]
    assert max(len(part.text) for part in parts) <= SIZE


def test_a_long_list_is_cut_between_its_items() -> None:
    parts = list(markdown_parts("- " + "\n- ".join(["item " * 40] * 10)))

    assert [part.text.startswith("- item") for part in parts] == [True, True, True]
    assert sum(part.text.count("- item") for part in parts) == 10


def test_a_long_table_is_cut_between_its_rows_under_its_head() -> None:
    parts = list(markdown_parts("| a | b |\n|---|---|\n" + "| some cell | another |\n" * 100))

    assert len(parts) > 2
    assert [part.text.startswith("| a | b |\n|---|---|\n| some") for part in parts] == [True] * len(parts)
    assert sum(part.text.count("some cell") for part in parts) == 100


def test_even_one_endless_line_is_cut() -> None:
    parts = list(markdown_parts("x" * 10_000))

    assert "".join(part.text for part in parts) == "x" * 10_000
    assert max(len(part.text) for part in parts) <= LONGEST


def test_plain_text_is_cut_between_its_paragraphs() -> None:
    parts = list(plain_parts("# no heading\nhere\n\n\n" + "word " * 178 + "\n\nlast"))

    assert [part.text[:12] for part in parts] == ["# no heading", "word word wo"]
    assert {part.headings for part in parts} == {()}


@pytest.mark.parametrize("text", SAMPLES)
def test_no_text_breaks_it(text: str) -> None:
    assert [part.text.strip() != "" for part in markdown_parts(text)].count(False) == 0


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["word " * 30, "- item\n", "\n", "\n\n", "# H\n", "```\n", "x" * 700]),
            st.sampled_from(
                ["\n\n| a | b |\n|---|---|\n", "| c | d |\n", f"| {'z' * 4000} | e |\n", "| " * 900]
            ),
        ),
        max_size=40,
    )
)
@settings(deadline=None)
def test_no_passage_is_longer_than_the_longest(pieces: list[str]) -> None:
    assert max((len(part.text) for part in markdown_parts("".join(pieces))), default=0) <= LONGEST + SIZE
