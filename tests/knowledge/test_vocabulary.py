"""In how many passages each word stands is kept along with what comes, changes and goes."""

from pathlib import Path
from threading import Event

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.jobs import Upload, make_job
from chatbot.knowledge.models import Document, Word
from chatbot.knowledge.readers.room import ReadingRoom
from chatbot.knowledge.vocabulary import COUNT, count_words


def counts() -> dict[tuple[str, str], int]:
    return {(word.language, word.lexeme): word.passages for word in Word.objects.all()}


def counts_anew() -> dict[tuple[str, str], int]:
    count_words()
    return counts()


def test_a_new_document_is_counted(library: Path) -> None:
    (library / "oars.md").write_text("# Oars\n\nAn oar rows.\n\n## Lost\n\nThe ferry has another oar.")
    ingest([str(library)])

    kept = counts()

    assert (kept["english", "oar"], kept["english", "row"]) == (2, 1)
    assert kept == counts_anew()


def test_a_document_that_changes_is_counted_as_it_is(library: Path) -> None:
    (library / "fares.markdown").write_text("# Fares\n\nA bicycle costs nothing.")
    ingest([str(library)])

    kept = counts()

    assert ("english", "crown") not in kept
    assert kept == counts_anew()


def test_a_document_is_counted_in_the_language_that_it_has_now(library: Path) -> None:
    ingest([str(library / "fares.markdown")], language="german")

    kept = counts()

    assert {language for language, _ in kept} == {"english", "german"}
    assert kept == counts_anew()


def test_a_document_that_goes_is_counted_no_more(library: Path) -> None:
    (library / "fares.markdown").unlink()
    ingest([str(library)], prune=True)

    kept = counts()

    assert ("english", "bicycl") not in kept
    assert kept == counts_anew()


def test_an_uploaded_document_is_counted(library: Path) -> None:
    make_job([Upload("docs/fares.markdown", b"# Fares\n\nA kayak is free.")], user=None)
    clerk = Clerk(ReadingRoom(), Event())

    [clerk.process_one() for _ in range(2)]

    assert counts()["english", "kayak"] == 1
    assert counts() == counts_anew()


def test_the_words_of_other_documents_are_not_counted_again(library: Path) -> None:
    (library / "oars.md").write_text("# Oars\n\nAn oar rows.")

    with CaptureQueriesContext(connection) as queries:
        ingest([str(library)])

    assert Document.objects.filter(title="Oars").exists()
    assert not [query["sql"] for query in queries if COUNT[:40] in query["sql"]]


def test_what_was_never_counted_is_counted_by_the_next_ingestion(library: Path) -> None:
    right = counts()
    Word.objects.all().delete()

    ingest([str(library)])

    assert counts() == right
