import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.knowledge.outline import plain_words
from chatbot.knowledge.readers import extract as extracting
from chatbot.knowledge.readers.extract import Extract, extract
from chatbot.knowledge.readers.formats import format_of
from chatbot.knowledge.readers.reading import UnreadableError
from tests.knowledge.papers import pdf, word

PAGE = """\
<!doctype html><title>Ferry | Harbour</title><nav>Menu</nav><body><main><header><h1>The ferry</h1></header>
<p>It leaves <b>hourly</b>,
not_always.</p><h2 id=f>Fares &amp; more</h2><script>alert(1)</script>
<table><tr><th>Who<th>Price<tr><td>Adults|kids<td>4</table>
<ul><li>One<ul><li>Deeper</ul><li>Two</ul><pre>a *b*</pre><dl><dt>Deck<dd>A floor.</dl>
<p>1. is *no* list, <a href="javascript:x()">nor</a>
<a href="fares.md">a link</a> <img src=x alt="[a boat]"></p>
</main><footer>Imprint</footer>"""

FARES = """\
| Who | Price |
| --- | --- |
| Adults\\|kids | 4 |

- One
  - Deeper
- Two

```
a *b*
```

**Deck**

A floor.

1\\. is \\*no\\* list, nor [a link](fares.md) \\[a boat]"""


def read(name: str, data: bytes | str) -> Extract:
    kind = format_of(name)
    assert kind is not None
    return extract(name, kind, data.encode() if isinstance(data, str) else data)


def passages(name: str, data: bytes | str) -> list[tuple[tuple[str, ...], str, str]]:
    return [(piece.headings, piece.anchor, piece.text) for piece in read(name, data).pieces]


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        read(name, data)
    return str(refused.value)


def test_a_page_is_its_headings_paragraphs_tables_and_lists() -> None:
    assert passages("ferry.html", PAGE) == [
        (("The ferry",), "the-ferry", "It leaves **hourly**, not_always."),
        (
            ("The ferry", "Fares & more"),
            "fares-more",
            FARES,
        ),
    ]


def test_what_stands_around_a_page_is_not_said_by_it() -> None:
    page = read("ferry.htm", "<nav>Menu</nav><header>Shop</header><p>Text</p><footer>Imprint</footer>")

    assert page.text == "Text"


def test_a_page_without_a_heading_has_the_title_of_its_head() -> None:
    assert read("a.html", "<title> Ferry\n &amp; bridge </title><p>x").title == "Ferry & bridge"
    assert read("my_page.html", "<p>x").title == "my page"


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=windows-1252><p>Fähre €".encode("cp1252"),
        '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Fähre \x80</p></body></html>'.encode(
            "latin-1"
        ),
        "<meta charset=latin-1><p>Fähre €".encode("utf-8-sig"),
        "<p>Fähre €".encode("utf-16"),
        "<meta charset=utf-16><p>Fähre €".encode(),
    ],
)
def test_a_page_is_read_in_the_charset_that_it_declares(data: bytes) -> None:
    assert read("a.html", data).text == "Fähre €"


def test_a_page_in_no_known_charset_is_refused() -> None:
    assert "charset" in refusal("a.html", b"<meta charset=klingon><p>x")
    assert refusal("a.html", b"<meta charset=ascii><p>\x81").startswith("is not CP1252")


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.csv", "a.html"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_text_is_read_by_its_byte_order_mark(name: str, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""

    assert (
        "Fähre" in read(name, f"{mark}Fähre\nFähre".encode(encoding)).text + read(name, "Fähre\nFähre").text
    )


def test_a_word_document_is_its_headings_paragraphs_and_tables() -> None:
    document = word(
        ("Heading1", "Handbook"),
        ("", "Be *kind* & <quiet>."),
        ("Heading2", "Fares"),
        table=[["Who", "Price"], ["Adults", "4"]],
    )

    assert read("book.docx", document).title == "Handbook"
    assert passages("book.docx", document) == [
        (("Handbook",), "handbook", "Be \\*kind\\* & \\<quiet>."),
        (("Handbook", "Fares"), "fares", "| Who | Price |\n| --- | --- |\n| Adults | 4 |"),
    ]


def test_a_pdf_is_split_at_lines_that_are_set_larger() -> None:
    document = pdf(
        [
            (24, 750, "Handbook"),
            (11, 700, "The ferry leaves every hour, and"),
            (11, 687, "it never leaves early."),
            (11, 650, "- A paragraph of its own."),
            (16, 600, "Refunds"),
            (11, 570, "A ticket is refunded within"),
        ],
        [(11, 750, "fourteen days."), (16, 700, "Fares"), (11, 680, "Four crowns.")],
    )

    assert read("book.pdf", document).title == "Handbook"
    assert passages("book.pdf", document) == [
        (
            ("Handbook",),
            "handbook",
            "The ferry leaves every hour, and it never leaves early.\n\n\\- A paragraph of its own.",
        ),
        (("Handbook", "Refunds"), "refunds", "A ticket is refunded within"),
        (("Handbook", "Refunds", "Page 2"), "page-2", "fourteen days."),
        (("Handbook", "Fares"), "fares", "Four crowns."),
    ]


def test_a_short_pdf_may_have_nearly_as_many_headings_as_lines() -> None:
    document = pdf(
        [
            (18, 750, "Coffee machine"),
            (14, 720, "Cleaning"),
            (10, 708, "Descale the machine every two months, with citric acid."),
            (14, 690, "Errors"),
            (10, 678, "E17 means that the grinder is blocked."),
        ]
    )

    assert [headings for headings, _, _ in passages("x.pdf", document)] == [
        ("Coffee machine", "Cleaning"),
        ("Coffee machine", "Errors"),
    ]


def test_what_most_pages_of_a_pdf_begin_or_end_with_is_left_out() -> None:
    pages = [
        [(9, 780, "The handbook"), (11, 700, f"What page {number} says."), (9, 20, f"Page {number} of 5")]
        for number in range(1, 6)
    ]

    assert [text for _, _, text in passages("book.pdf", pdf(*pages))] == [
        f"What page {number} says." for number in range(1, 6)
    ]


def test_a_pdf_without_headings_goes_by_its_pages_and_its_title() -> None:
    document = pdf([(11, 700, "One.")], [(11, 700, "Two.")], title="Rules of the quay")

    assert read("rules.pdf", document).title == "Rules of the quay"
    assert [headings for headings, _, _ in passages("rules.pdf", document)] == [("Page 1",), ("Page 2",)]


def test_a_row_is_a_passage_that_names_its_columns() -> None:
    rows = 'Item,Price,"",Notes\nBicycle,"2,50",x,"on deck,\nif dry"\n,,,\n2. Dog,1\n,3\n'

    assert passages("prices.csv", rows) == [
        (
            ("Bicycle",),
            "bicycle",
            "- **Item**: Bicycle\n- **Price**: 2,50\n- **Column 3**: x\n- **Notes**: on deck, if dry",
        ),
        (("2. Dog",), "2-dog", "- **Item**: 2\\. Dog\n- **Price**: 1"),
        (("Row 3",), "row-3", "- **Price**: 3"),
    ]


@pytest.mark.parametrize("rows", ["a;b\n1,5;2\n", "a\tb\n1,5\t2\n", "a|b\n1,5|2\n", "sep=;\na;b\n1,5;2\n"])
def test_the_delimiter_of_a_table_is_found(rows: str) -> None:
    assert passages("a.csv", rows)[0][2] == "- **a**: 1,5\n- **b**: 2"


def test_a_table_of_one_column_is_read_too() -> None:
    assert [text for _, _, text in passages("a.csv", "Name\nBob\nCharlie\n")] == [
        "- **Name**: Bob",
        "- **Name**: Charlie",
    ]


def test_a_document_of_too_many_passages_or_characters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracting, "MOST_PASSAGES", 2)
    monkeypatch.setattr(extracting, "LONGEST_TEXT", 30)

    assert refusal("a.md", b"# a\n\nx\n\n# b\n\ny\n\n# c\n\nz") == "has more than 2 passages: split it."
    assert refusal("a.txt", b"x" * 31) == "says more than 30 characters: split it."


CELLS = st.text(st.sampled_from('ab1,;|"\n\t *_#<&[-'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5), st.sampled_from(",;\t|"))
@settings(deadline=None, max_examples=100)
def test_no_cell_of_a_table_is_lost(rows: list[list[str]], delimiter: str) -> None:
    written = StringIO(f"sep={delimiter}\nName{delimiter}Said\n")
    written.seek(0, 2)
    csv.writer(written, delimiter=delimiter).writerows(rows)

    said = plain_words(read("a.csv", written.getvalue()).text)

    cells = [" ".join(cell.split()) for row in rows for cell in row]
    assert [cell for cell in cells if cell not in said] == []
