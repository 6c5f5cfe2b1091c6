from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.knowledge.outline import first_heading, plain_words
from chatbot.knowledge.readers.escaping import escaped
from chatbot.markdown.render import render

PIECES = st.one_of(
    st.sampled_from(list("`*_[]<>#+-=~|\\&!().:{}0123 \n\ta")),
    st.sampled_from(["&amp;", "<b>", "](x)", "[x]: y", "1. ", "***", "~~~", "``", "http://x.y", "\\\\"]),
    st.text(max_size=3),
)
LINES = st.lists(PIECES, max_size=12).map(lambda pieces: " ".join("".join(pieces).split()))


@given(LINES.filter(lambda line: line.isprintable()))
@settings(deadline=None, max_examples=100)
def test_what_is_escaped_is_shown_as_it_is(line: str) -> None:
    assert plain_words(escaped(line)) == line
    assert render(escaped(line)).count("<p>") == bool(line)


@given(LINES.filter(lambda line: line.isprintable()))
@settings(deadline=None, max_examples=100)
def test_what_is_escaped_can_be_a_heading(line: str) -> None:
    assert first_heading(f"## {escaped(line)}") == line


def test_words_are_left_as_they_are() -> None:
    text = "snake_case, C:\\dir, a < b & c > d, 50 % ~ 3 - 2 = 1 (see 4.5) [sic]!"

    assert escaped(text).replace("\\[", "[") == text
