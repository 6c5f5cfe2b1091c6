"""What is ingested or uploaded gets its vectors, and an endpoint that fails costs no document."""

from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from chatbot.knowledge import jobs
from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.embeddings import store
from chatbot.knowledge.jobs import Upload, make_job
from chatbot.knowledge.models import IngestionJob, Passage
from chatbot.knowledge.readers.room import ReadingRoom
from chatbot.knowledge.search import search
from tests.knowledge.embedder import MEANT, Embedder
from tests.knowledge.terminal import Terminal


def test_an_ingestion_makes_the_vectors_of_what_is_new(db: None, docs: Path, endpoint: Embedder) -> None:
    out, screen = StringIO(), Terminal()

    call_command("ingest", str(docs), stdout=out, stderr=screen)

    made = Passage.objects.count()
    assert out.getvalue().endswith(f"{made} passages have a new vector.\n")
    assert f"1/{made} vectors" in screen.getvalue()
    assert "children" in [hit.anchor for hit in search(MEANT)]


def test_an_ingestion_keeps_its_texts_when_the_endpoint_fails(
    db: None, docs: Path, endpoint: Embedder
) -> None:
    endpoint.refusals = [503] * 3

    with pytest.raises(CommandError, match=r"documents are in, but .* answers 503\. What has no vector"):
        call_command("ingest", str(docs))
    assert search("lost ticket")[0].anchor == "lost-tickets"

    call_command("ingest", str(docs))
    assert "children" in [hit.anchor for hit in search(MEANT)]


def test_an_uploaded_document_gets_its_vectors_before_its_job_is_over(
    library: Path, endpoint: Embedder
) -> None:
    job = make_job([Upload("oars.md", b"# Oars\n\nAn oar rows a boat.")], user=None)
    clerk = Clerk(ReadingRoom(), Event())

    read, embedded = clerk.process_one(), clerk.process_one()
    missing = store.count_missing()
    finished = clerk.process_one()

    job.refresh_from_db()
    assert [read, embedded, finished, clerk.process_one()] == [True, True, True, False]
    assert (missing, job.finished_at is not None, job.remark) == (0, True, "")


def test_a_job_ends_with_what_the_endpoint_said(
    library: Path, admin_client: Client, endpoint: Embedder
) -> None:
    job = make_job([Upload("oars.md", b"# Oars\n\nAn oar rows.")], user=None)
    clerk = Clerk(ReadingRoom(), Event())
    endpoint.refusals = [401]

    done = [clerk.process_one() for _ in range(3)]

    page = admin_client.get(reverse("admin:knowledge_ingestionjob_change", args=[job.pk])).content.decode()
    assert done == [True, True, False]
    assert "The embeddings endpoint answers 401: look at the EMBEDDINGS_ settings. What has no" in page
    assert search("oars")[0].path == "oars.md"


def test_a_job_whose_worker_died_at_its_end_is_ended_by_another(db: None) -> None:
    job = make_job([], user=None)
    first, meanwhile = jobs.claim_ending(), jobs.claim_ending()
    IngestionJob.objects.update(leased_until=Now() - jobs.ENDING)

    assert (first, meanwhile, jobs.claim_ending()) == (job, None, job)


def test_a_worker_says_at_its_start_that_vectors_are_missing(
    library: Path, endpoint: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    store.tell_what_is_missing()
    call_command("embed")
    store.tell_what_is_missing()
    Passage.objects.filter(anchor="children").update(id=10_000_000)
    store.tell_what_is_missing()

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "embeddings are configured, but no vectors are there: run `manage.py embed`.",
        f"passages without a vector of the configured model: 1. {store.LATER}",
    ]
