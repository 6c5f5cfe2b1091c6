"""A document's text may have 5 MB: it is read where it is shown, and nowhere else."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.knowledge.answer import answer_to
from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.jobs import Upload, make_job
from chatbot.knowledge.models import Document, IngestionJob
from chatbot.knowledge.readers.room import ReadingRoom

READS_A_TEXT = re.compile(r"SELECT (?:(?! FROM ).)*document\W+text\b|SELECT \* FROM", re.DOTALL)
LISTING = "admin:knowledge_document_changelist"
Use = Callable[[Path, Client], object]


def texts_read(use: Use, library: Path, client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        use(library, client)
    return [query["sql"] for query in queries if READS_A_TEXT.match(query["sql"])]


def fares() -> Document:
    return Document.objects.defer("text").get(title="Fares")


def ask(library: Path, client: Client) -> None:
    assert len(list(answer_to("lost ticket"))) > 1


def ingest_again(library: Path, client: Client) -> None:
    (library / "fares.markdown").write_text("# Fares\n\nNothing costs anything.")
    (library / "timetable.md").unlink()

    report = ingest([str(library)], prune=True)

    assert (len(report.changed), len(report.removed), len(report.unchanged)) == (1, 1, 1)


def read_page(library: Path, client: Client) -> None:
    assert b"lost ticket" in client.get(fares().get_absolute_url()).content


def list_them(library: Path, client: Client) -> None:
    assert b"Fares" in client.get(reverse(LISTING), {"q": "bicycle"}).content


def look_at_changes(library: Path, client: Client) -> None:
    assert client.get(reverse("admin:knowledge_document_history", args=[fares().pk])).status_code == 200


def delete_one(library: Path, client: Client) -> None:
    url = reverse("admin:knowledge_document_delete", args=[fares().pk])

    assert b"Passages: 3" in client.get(url).content
    client.post(url, {"post": "yes"})

    assert not Document.objects.filter(title="Fares").exists()


def delete_all(library: Path, client: Client) -> None:
    chosen = {
        "action": "delete_selected",
        "_selected_action": list(Document.objects.values_list("pk", flat=True)),
    }

    assert b"docs/fares.markdown" in client.post(reverse(LISTING), chosen).content
    client.post(reverse(LISTING), {**chosen, "post": "yes"})

    assert not Document.objects.exists()


def upload_again(library: Path, client: Client) -> None:
    job = make_job([Upload("docs/fares.markdown", b"# Fares\n\nNothing costs anything.")], user=None)
    clerk = Clerk(ReadingRoom(), Event())

    assert [clerk.process_one() for _ in range(3)] == [True, True, False]
    page = client.get(reverse("admin:knowledge_ingestionjob_change", args=[job.pk])).content

    assert IngestionJob.objects.exclude(finished_at=None).exists()
    assert fares().get_absolute_url().encode() in page


@pytest.mark.parametrize(
    "use",
    [
        ask,
        ingest_again,
        read_page,
        list_them,
        look_at_changes,
        delete_one,
        delete_all,
        upload_again,
    ],
)
def test_no_text_is_read_in_full(use: Use, library: Path, admin_client: Client) -> None:
    assert texts_read(use, library, admin_client) == []


def test_who_looks_at_a_document_in_the_admin_reads_its_text_once(
    library: Path, admin_client: Client
) -> None:
    url = reverse("admin:knowledge_document_change", args=[fares().pk])

    assert len(texts_read(lambda library, client: client.get(url), library, admin_client)) == 1
