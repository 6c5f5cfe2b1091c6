from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Document, Page
from chatbot.knowledge.page import page_of
from chatbot.knowledge.search import search
from tests.knowledge.papers import pdf, word

BAD = "<script>alert(1)</script>"
FILES = {
    "a.html": b"<h1>One</h1><p>x<h2>&lt;script&gt;alert(1)</h2><p>y<script>alert(2)</script>",
    "a.docx": word(("Heading1", "One"), ("", "x"), ("Heading2", BAD), ("", "y")),
    "a.pdf": pdf([(20, 700, "One"), (11, 650, BAD), (11, 600, "x"), (11, 500, "y")], [(11, 700, "z")]),
    "a.csv": f"Name,Said\nBob,{BAD}\n{BAD},x\n".encode(),
}


def test_headings_bear_the_anchors_that_citations_link_to(library: Path) -> None:
    anchors = Document.objects.get(title="Timetable").passages.values_list("anchor", flat=True)

    page = page_of(Document.objects.get(title="Timetable"))

    assert list(anchors) == ["timetable", "in-winter", "on-holidays"]
    assert [f'id="{anchor}"' in page for anchor in anchors] == [True, True, True]


def test_a_link_to_another_document_leads_to_its_page(library: Path) -> None:
    fares = Document.objects.get(title="Fares")

    page = page_of(Document.objects.get(title="Timetable"))

    assert f'<a href="/knowledge/{fares.pk}/#children"' in page
    assert '<a href="https://harbour.example/"' in page


def test_a_link_to_a_file_that_is_no_document_leads_nowhere(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[x](../secret.md) [y](b.md) [z](#a) [w](/c/)")
    ingest([str(tmp_path / "a.md")])

    page = page_of(Document.objects.get())

    assert "secret" not in page
    assert "b.md" not in page
    assert 'href="#a"' in page
    assert 'href="/c/"' in page


def test_a_link_to_what_no_file_can_be_called_leads_nowhere(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[x](b%00.md)")
    ingest([str(tmp_path / "a.md")])

    assert "<p><a" in page_of(Document.objects.get())
    assert "href" not in page_of(Document.objects.get())


def test_a_link_that_is_no_address_is_left_as_it_is(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p><a href="http://[x/">x</a> <a href="b?a=1&amp;c">y</a>')
    ingest([str(tmp_path / "a.html")])

    assert ">x<" in page_of(Document.objects.get())


def test_plain_text_is_shown_as_it_is(library: Path) -> None:
    assert page_of(Document.objects.get(title="notes")).startswith(
        "<p>The captain is called Bob.</p>\n<p>His dog"
    )


def test_a_document_can_not_run_anything(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# <img src=x onerror=alert(1)>\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    )
    ingest([str(tmp_path / "a.md")])

    page = page_of(Document.objects.get())

    assert "<script" not in page
    assert "<img" not in page
    assert "href" not in page


def test_anybody_may_read_a_document(library: Path, client: Client) -> None:
    response = client.get(search("lost ticket")[0].url)

    assert response.status_code == 200
    assert '<h2 id="lost-tickets">Lost tickets</h2>' in response.content.decode()


def test_there_is_no_page_for_what_is_no_document(db: None, client: Client) -> None:
    assert client.get("/knowledge/01890000-0000-7000-8000-000000000000/").status_code == 404


def test_a_document_is_only_read(library: Path, client: Client) -> None:
    assert client.post(Document.objects.get(title="Fares").get_absolute_url()).status_code == 405


def test_a_page_takes_two_queries_however_many_links_it_has(
    library: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    document = Document.objects.get(title="Timetable")

    with django_assert_num_queries(2):
        page_of(document)


@pytest.mark.parametrize("name", ["a.html", "a.docx", "a.pdf", "a.csv"])
def test_the_anchors_of_every_format_are_on_its_page(db: None, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    ingest([str(tmp_path / name)])
    document = Document.objects.get()

    page = page_of(document)

    anchors = [passage.anchor for passage in document.passages.all()]
    assert len(anchors) == 2
    assert [f' id="{anchor}"' in page for anchor in anchors] == [True, True]
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_document_from_before_pages_were_kept_is_shown_all_the_same(library: Path) -> None:
    documents = list(Document.objects.all())
    kept = [page_of(document) for document in documents]

    Page.objects.all().delete()

    assert [page_of(document) for document in documents] == kept


def test_a_page_that_is_kept_is_cleaned_before_it_is_shown(library: Path) -> None:
    document = Document.objects.get(title="notes")
    Page.objects.filter(document=document).update(html="<p onclick=x>y<script>z</script>")

    assert page_of(document) == "<p>y</p>"
