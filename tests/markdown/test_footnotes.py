import json
import re

from chatbot.markdown.footnotes import MOST_WAYS_BACK
from chatbot.markdown.render import render
from chatbot.worker.attempt.progress import MOST_CHARACTERS
from streaming.broker.options import MAX_RECORD_BYTES

TEXT = "One[^a] and[^b], again[^a].\n\n[^a]: First *note*.\n[^b]: Second.\n\n    With more.\n"


def ids(html: str) -> list[str]:
    return re.findall(' id="([^"]*)"', html)


def targets(html: str) -> list[str]:
    return re.findall('href="#([^"]*)"', html)


def test_footnotes_are_a_section_at_the_end_in_the_order_of_their_use() -> None:
    text, _, section = render("b[^b] a[^a]\n\n[^a]: A\n\n[^b]: B\n\nlast\n").partition(
        '<section class="footnotes">'
    )

    assert text.endswith('<p>last</p>\n<hr class="footnotes-sep">\n')
    assert re.findall("<p>(.)", section) == ["B", "A"]


def test_each_reference_leads_to_its_footnote_and_back() -> None:
    html = render(TEXT, "c0ffee")

    assert len(ids(html)) == len(set(ids(html))) == 5
    assert sorted(targets(html)) == sorted([*ids(html), "fn-c0ffee-1"])


def test_the_longest_answer_of_references_fits_into_a_record() -> None:
    definition = "[^a]: x\n\n"
    references = "[^a]" * ((MOST_CHARACTERS - len(definition)) // 4)

    html = render(definition + references, "c0ffeec0ffee")

    assert html.count("footnote-backref") == MOST_WAYS_BACK
    assert len(json.dumps(html)) + MOST_CHARACTERS < MAX_RECORD_BYTES


def test_two_texts_on_a_page_have_no_id_in_common() -> None:
    assert not {*ids(render(TEXT, "a1"))} & {*ids(render(TEXT, "a2"))}


def test_a_footnote_that_nothing_refers_to_is_not_shown() -> None:
    assert render("text\n\n[^a]: unused\n") == "<p>text</p>\n"


def test_a_reference_to_no_footnote_is_text() -> None:
    assert render("text[^a]") == "<p>text[^a]</p>\n"


def test_a_footnote_in_a_list_or_a_quote_is_none() -> None:
    assert "footnote" not in render("a[^a]\n\n> [^a]: in a quote\n\n- [^a]: in a list\n")


def test_a_footnote_ends_the_paragraph_before_it() -> None:
    assert "<p>text<sup" in render("text[^a]\n[^a]: note\n")


def test_code_after_a_reference_sign_is_no_inline_footnote() -> None:
    assert render("x^[1]^ and ^[a](/b)").count("footnote") == 0
