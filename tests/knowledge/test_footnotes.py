import pytest

from chatbot.knowledge.models import Document
from chatbot.knowledge.outline import blocks
from chatbot.knowledge.page import page_of

TEXT = "# Pigeons\n\nThey fly home[^1].\n\n[^1]: At 80 km an hour.\n\nAnd back.\n"


@pytest.mark.django_db
def test_the_footnotes_of_a_document_stand_at_the_end_of_its_page() -> None:
    text, _, notes = page_of(Document(path="pigeons.md", text=TEXT)).partition('<section class="footnotes">')

    assert '<a href="#fn1" id="fnref1"' in text
    assert "At 80 km an hour." in notes


def test_a_footnote_is_a_block_of_its_own_where_it_stands() -> None:
    assert [block.source for block in blocks(TEXT)] == [
        "They fly home[^1].",
        "[^1]: At 80 km an hour.",
        "And back.",
    ]
