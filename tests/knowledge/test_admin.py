from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Document, Passage, Word


def listing() -> str:
    return reverse("admin:knowledge_document_changelist")


def change(document: Document) -> str:
    return reverse("admin:knowledge_document_change", args=[document.pk])


def queries_of(client: Client, url: str) -> int:
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_lists_documents_and_finds_them_by_their_words(library: Path, admin_client: Client) -> None:
    assert b"docs/timetable.md" in admin_client.get(listing()).content

    found = admin_client.get(listing(), {"q": "bicycle"}).content

    assert b"docs/fares.markdown" in found
    assert b"docs/timetable.md" not in found


def test_the_list_takes_no_more_queries_for_more_documents(
    library: Path, admin_client: Client, tmp_path: Path
) -> None:
    before = queries_of(admin_client, listing())
    (tmp_path / "a.md").write_text("# More\n\nand more\n")
    (tmp_path / "b.md").write_text("# Even more\n")
    ingest([str(tmp_path / "a.md"), str(tmp_path / "b.md")])

    assert queries_of(admin_client, listing()) == before


def test_a_document_takes_no_more_queries_for_more_passages(library: Path, admin_client: Client) -> None:
    notes, timetable = Document.objects.get(title="notes"), Document.objects.get(title="Timetable")
    assert notes.passages.count() < timetable.passages.count()

    assert queries_of(admin_client, change(timetable)) == queries_of(admin_client, change(notes))


def test_passages_are_shown_and_not_written_by_hand(library: Path, admin_client: Client) -> None:
    page = admin_client.get(change(Document.objects.get(title="Fares"))).content

    assert b"Buy another one from the captain" in page
    assert b"<textarea" not in page


def test_a_deleted_document_takes_its_passages_and_words_with_it(library: Path, admin_client: Client) -> None:
    notes = Document.objects.get(title="notes")

    admin_client.post(reverse("admin:knowledge_document_delete", args=[notes.pk]), {"post": "yes"})

    assert not Passage.objects.filter(document=notes.pk).exists()
    assert not Word.objects.filter(lexeme="dog").exists()


def test_many_are_deleted_at_once(library: Path, admin_client: Client) -> None:
    chosen = list(Document.objects.values_list("pk", flat=True))

    admin_client.post(listing(), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})

    assert not Document.objects.exists()
    assert not Word.objects.exists()
