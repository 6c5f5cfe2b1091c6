"""Uploaded files are read by whichever worker has them, and by no two."""

import threading
from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from chatbot.knowledge import jobs
from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.jobs import KEPT, LEASE, MOST_TRIES, LostError, TooMuchError, Upload, make_job
from chatbot.knowledge.models import Document, IngestionFile, IngestionJob, Word
from chatbot.knowledge.readers.extract import Extract
from chatbot.knowledge.readers.formats import Format
from chatbot.knowledge.readers.room import ReadingRoom


@pytest.fixture
def job(db: None) -> IngestionJob:
    uploads = [Upload("docs/a.md", b"# Oars\n\nAn oar rows."), Upload("docs/b.html", b"<h1>Sails</h1><p>x")]
    return make_job([*uploads, Upload("docs/c.pdf", b"no pdf")], user=None)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk(ReadingRoom(), threading.Event())


def outcomes(job: IngestionJob) -> list[str]:
    return list(job.files.values_list("outcome", flat=True))


def claimed() -> IngestionFile:
    file = jobs.claim()
    assert file is not None
    return file


def let_the_leases_run_out() -> None:
    IngestionFile.objects.filter(leased_until__isnull=False).update(leased_until=Now() - LEASE)


def test_a_job_is_read_file_by_file_and_then_over(job: IngestionJob, clerk: Clerk) -> None:
    with clerk._room:
        done = [clerk.process_one() for _ in range(5)]

    job.refresh_from_db()
    assert done == [True, True, True, True, False]
    assert outcomes(job) == ["added", "added", "failed"]
    assert job.finished_at is not None
    assert list(Document.objects.order_by("path").values_list("path", "is_uploaded")) == [
        ("docs/a.md", True),
        ("docs/b.html", True),
    ]
    assert Word.objects.filter(lexeme="oar").exists()


def test_what_is_wrong_with_a_file_is_kept_and_its_bytes_are_not(job: IngestionJob, clerk: Clerk) -> None:
    with clerk._room:
        [clerk.process_one() for _ in range(3)]

    failed = job.files.get(path="docs/c.pdf")
    assert failed.error == "docs/c.pdf is no PDF, or is damaged: print it to a new one."
    assert not job.files.filter(content__isnull=False).exists()


def test_the_same_again_changes_nothing(clerk: Clerk, db: None) -> None:
    first = make_job([Upload("a.md", b"one")], user=None)
    again = make_job([Upload("a.md", b"one")], user=None)
    other = make_job([Upload("a.md", b"two")], user=None)

    [clerk.process_one() for _ in range(3)]

    assert outcomes(first) + outcomes(again) + outcomes(other) == ["added", "unchanged", "changed"]
    assert Document.objects.get().text == "two"


def test_no_two_have_the_same_file(job: IngestionJob) -> None:
    files = [jobs.claim() for _ in range(4)]

    assert [file and file.path for file in files] == ["docs/a.md", "docs/b.html", "docs/c.pdf", None]


def test_a_file_is_anybodys_when_its_lease_has_run_out(job: IngestionJob) -> None:
    lost = claimed()
    let_the_leases_run_out()

    taken = claimed()

    assert (taken.pk, taken.tries) == (lost.pk, 2)
    with pytest.raises(LostError):
        jobs.renew(lost)
    with pytest.raises(LostError):
        jobs.settle(lost, IngestionFile.Outcome.ADDED)
    jobs.renew(taken)


def test_who_lost_a_file_writes_nothing(job: IngestionJob, monkeypatch: pytest.MonkeyPatch) -> None:
    room = ReadingRoom()
    clerk = Clerk(room, threading.Event())
    read = room.read

    def lose_it(path: str, kind: Format, data: bytes, *, meanwhile: Callable[[], None]) -> Extract:
        let_the_leases_run_out()
        claimed()
        return read(path, kind, data, meanwhile=meanwhile)

    monkeypatch.setattr(room, "read", lose_it)

    assert clerk.process_one()
    assert not Document.objects.exists()
    assert outcomes(job)[0] == "waiting"


def test_a_file_that_ends_its_worker_is_given_up(job: IngestionJob, clerk: Clerk) -> None:
    job.files.filter(path="docs/a.md").update(tries=MOST_TRIES)

    clerk.process_one()

    file = job.files.get(path="docs/a.md")
    assert (file.outcome, "given up after 3 tries" in file.error) == ("failed", True)


def test_a_worker_that_leaves_gives_back_what_it_reads(db: None) -> None:
    job = make_job([Upload("a.html", b"<li>" * 400_000)], user=None)
    leaving = threading.Event()
    leaving.set()

    with ReadingRoom() as room:
        Clerk(room, leaving).process_one()

    assert list(job.files.values_list("outcome", "tries", "leased_until")) == [("waiting", 0, None)]


def test_a_job_that_is_deleted_is_worked_on_no_further(job: IngestionJob) -> None:
    file = claimed()
    job.delete()

    with pytest.raises(LostError):
        jobs.renew(file)
    assert jobs.claim() is None


def test_no_more_may_wait_than_there_is_room_for(job: IngestionJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_WAITING", 10)

    with pytest.raises(TooMuchError):
        make_job([Upload("d.md", b"x")], user=None)


def test_old_jobs_are_forgotten(job: IngestionJob) -> None:
    IngestionJob.objects.update(finished_at=Now() - KEPT - LEASE)

    new = make_job([Upload("d.md", b"x")], user=None)

    assert list(IngestionJob.objects.all()) == [new]
