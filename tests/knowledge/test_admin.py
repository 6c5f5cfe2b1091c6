from pathlib import Path
from threading import Event

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.knowledge import jobs
from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Document, IngestionJob, Passage, Word
from chatbot.knowledge.readers.room import ReadingRoom
from conversations.models import User


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


def test_no_more_than_the_first_passages_are_shown(db: None, admin_client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name\n" + "\n".join(f"row{number}" for number in range(1, 202)))
    ingest([str(tmp_path / "a.csv")])
    document = Document.objects.get()
    assert document.passages.count() == 201

    page = admin_client.get(change(document)).content

    assert b"The first 200 passages" in page
    assert b"- **name**: row200" in page
    assert page.count(b"- **name**: row201") == 1, "in the text of the document"


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


def upload(client: Client, *files: SimpleUploadedFile, **more: str) -> HttpResponse:
    response = client.post(reverse("admin:knowledge_document_add"), {"documents": list(files), **more})
    assert isinstance(response, HttpResponse)
    return response


def file(name: str, content: bytes = b"# Oars\n\nAn oar rows.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_uploaded_files_become_a_job(db: None, admin_client: Client) -> None:
    response = upload(admin_client, file("a.md"), file("b.html"), folder="manuals/new", language="german")

    job = IngestionJob.objects.get()
    assert response.headers["Location"] == reverse("admin:knowledge_ingestionjob_change", args=[job.pk])
    assert (job.language, str(job.created_by)) == ("german", "charlie")
    assert list(job.files.values_list("path", "outcome")) == [
        ("manuals/new/a.md", "waiting"),
        ("manuals/new/b.html", "waiting"),
    ]


@pytest.mark.parametrize(
    ("files", "more", "why"),
    [
        ([], {}, "This field is required"),
        (["a.md", "a.png"], {}, "a.png is none of"),
        (["a.md", "a.md"], {}, "have the same name"),
        ([f"{number}.md" for number in range(51)], {}, "choose 50 at most"),
        ([f"{number}.md" for number in range(101)], {}, "choose 50 at most"),
        (["a" * 300 + ".md"], {}, "at most 200"),
        (["a.md"], {"folder": "../up"}, "Enter a valid value"),
        (["a.md"], {"folder": "x" * 201}, "at most 200"),
        (["a.md"], {"language": "klingon"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_taken_is_refused_as_a_whole(
    db: None, admin_client: Client, files: list[str], more: dict[str, str], why: str
) -> None:
    response = upload(admin_client, *map(file, files), **more)

    assert why in response.content.decode()
    assert not IngestionJob.objects.exists()


def test_files_that_are_too_large_are_refused(db: None, admin_client: Client) -> None:
    alone = upload(admin_client, file("a.md", b"x" * 5_000_001))
    together = upload(admin_client, *(file(f"{number}.pdf", b"x" * 4_000_000) for number in range(4)))

    assert "a.md is larger than 5,000,000 bytes" in alone.content.decode()
    assert "more than 15,000,000 bytes together. Larger ones are added with manage.py ingest" in (
        together.content.decode()
    )
    assert not IngestionJob.objects.exists()


def test_too_much_that_waits_is_said(db: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(admin_client, file("a.md"))
    monkeypatch.setattr(jobs, "MOST_WAITING", 10)

    assert "wait for the workers already" in upload(admin_client, file("b.md")).content.decode()
    assert IngestionJob.objects.count() == 1


def staff(*permissions: str) -> Client:
    person = User.objects.create_user("alice", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(person)
    return client


def test_who_may_not_add_documents_may_not_upload(db: None) -> None:
    assert upload(staff("view_document"), file("a.md")).status_code == 403
    assert not IngestionJob.objects.exists()


def test_who_may_add_documents_needs_no_more(db: None) -> None:
    response = upload(staff("add_document"), file("a.md"))

    assert response.headers["Location"] == reverse("admin:index")
    assert IngestionJob.objects.count() == 1


def test_who_may_not_look_at_jobs_is_shown_none(db: None) -> None:
    job = jobs.make_job([jobs.Upload("a.md", b"x")], user=None)
    client = staff("add_document", "view_document")

    assert client.get(reverse("admin:knowledge_ingestionjob_change", args=[job.pk])).status_code == 403
    assert client.get(reverse("admin:knowledge_ingestionjob_changelist")).status_code == 403


def test_a_job_shows_what_became_of_each_file(db: None, admin_client: Client) -> None:
    uploads = [jobs.Upload("a.md", b"# Oars\n\nx"), jobs.Upload("<b>.md", b"\xff")]
    job = jobs.make_job(uploads, user=None)
    url = reverse("admin:knowledge_ingestionjob_change", args=[job.pk])
    waiting = admin_client.get(url).content.decode()
    clerk = Clerk(ReadingRoom(), Event())

    done = [clerk.process_one() for _ in range(3)]
    finished = admin_client.get(url).content.decode()

    assert done == [True] * 3
    assert ("0 of 2 files" in waiting, "http-equiv" in waiting) == (True, True)
    assert ("2 of 2 files" in finished, "http-equiv" in finished) == (True, False)
    assert "&lt;b&gt;.md is not UTF-8 (byte 0): convert it." in finished
    assert Document.objects.get().get_absolute_url() in finished


def test_the_list_of_jobs_counts_their_files(db: None, admin_client: Client) -> None:
    job = jobs.make_job([jobs.Upload(f"{number}.md", b"x") for number in range(3)], user=None)
    job.files.filter(path="0.md").update(outcome="failed")

    page = admin_client.get(reverse("admin:knowledge_ingestionjob_changelist")).content.decode()

    assert (
        '<td class="field-files">3</td><td class="field-waiting">2</td><td class="field-failed">1</td>'
        in page
    )


def test_a_job_can_be_deleted_with_its_files(db: None) -> None:
    job = jobs.make_job([jobs.Upload("a.md", b"x")], user=None)
    client = staff("view_ingestionjob", "delete_ingestionjob")

    client.post(reverse("admin:knowledge_ingestionjob_delete", args=[job.pk]), {"post": "yes"})

    assert not IngestionJob.objects.exists()


def test_there_is_no_page_for_what_is_no_job(db: None, admin_client: Client) -> None:
    url = reverse("admin:knowledge_ingestionjob_change", args=["01890000-0000-7000-8000-000000000000"])

    assert admin_client.get(url).status_code == 302
