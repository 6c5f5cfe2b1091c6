import os
from pathlib import Path

import pytest

from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Document, Passage, Word
from tests.knowledge.papers import pdf, word


def paths() -> list[str]:
    return list(Document.objects.order_by("path").values_list("path", flat=True))


def test_walks_a_folder_for_markdown_and_text(library: Path) -> None:
    assert paths() == ["docs/fares.markdown", "docs/more/notes.txt", "docs/timetable.md"]


def test_passes_over_other_files_and_hidden_folders(db: None, docs: Path) -> None:
    (docs / "picture.png").write_bytes(b"\x89PNG")
    (docs / ".git").mkdir()
    (docs / ".git" / "notes.md").write_text("hidden")

    ingest([str(docs)])

    assert len(paths()) == 3


def test_a_path_is_as_seen_from_where_it_was_given(
    db: None, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(docs)

    ingest(["timetable.md", "more", str(docs / "fares.markdown")])

    assert paths() == ["fares.markdown", "more/notes.txt", "timetable.md"]


def test_a_document_is_called_by_its_first_heading_or_else_its_file(library: Path) -> None:
    titles = Document.objects.order_by("path").values_list("title", flat=True)

    assert list(titles) == ["Fares", "notes", "Timetable"]


def test_a_passage_knows_its_document_heading_and_anchor(library: Path) -> None:
    passage = Passage.objects.get(document__path="docs/timetable.md", number=2)

    assert passage.headings == ["Timetable", "In winter"]
    assert passage.anchor == "in-winter"
    assert passage.text.startswith("From November to March")


def test_what_has_not_changed_is_left_as_it_is(library: Path) -> None:
    before = list(Passage.objects.values_list("pk", flat=True))

    report = ingest([str(library)])

    assert (len(report.unchanged), report.added, report.changed) == (3, [], [])
    assert list(Passage.objects.values_list("pk", flat=True)) == before


def test_what_has_changed_is_read_again_under_the_same_address(library: Path) -> None:
    before = Document.objects.get(path="docs/more/notes.txt")
    (library / "more" / "notes.txt").write_text("The captain is called Charlie.")

    report = ingest([str(library)])

    after = Document.objects.get(path="docs/more/notes.txt")
    assert report.changed == ["docs/more/notes.txt"]
    assert after.pk == before.pk
    assert after.updated_at > before.updated_at
    assert [passage.text for passage in after.passages.all()] == ["The captain is called Charlie."]


def test_another_language_is_a_change(library: Path) -> None:
    report = ingest([str(library)], language="german")

    assert len(report.changed) == 3
    assert set(Word.objects.values_list("language", flat=True)) == {"german"}


def test_a_document_without_a_file_stays_unless_it_is_asked_to_go(library: Path) -> None:
    (library / "timetable.md").unlink()

    assert ingest([str(library)]).removed == []
    assert ingest([str(library)], prune=True).removed == ["docs/timetable.md"]
    assert paths() == ["docs/fares.markdown", "docs/more/notes.txt"]


def test_pruning_leaves_what_is_not_in_the_folders_given(library: Path) -> None:
    (library / "timetable.md").unlink()
    (library / "more" / "notes.txt").unlink()

    report = ingest([str(library / "more")], prune=True)

    assert report.removed == []
    assert "docs/timetable.md" in paths()


def test_pruning_keeps_a_document_whose_file_can_no_longer_be_read(library: Path) -> None:
    (library / "timetable.md").write_bytes(b"\xff")

    report = ingest([str(library)], prune=True)

    assert report.removed == []
    assert "docs/timetable.md" in paths()


def test_a_folder_that_is_not_there_prunes_nothing(library: Path, tmp_path: Path) -> None:
    library.rename(tmp_path / "elsewhere")

    report = ingest([str(library)], prune=True)

    assert report.errors == [f"{library} does not exist."]
    assert len(paths()) == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"caf\xe9", "not UTF-8"), (b"a\0b", "NUL"), (b"x" * 5_000_001, "larger than")],
)
def test_a_file_that_can_not_be_read_does_not_stop_the_rest(
    db: None, docs: Path, content: bytes, why: str
) -> None:
    (docs / "aaa.md").write_bytes(content)

    report = ingest([str(docs)])

    assert [why in error and "docs/aaa.md" in error for error in report.errors] == [True]
    assert len(report.added) == 3


def test_a_file_of_another_kind_is_refused_by_name(db: None, tmp_path: Path) -> None:
    (tmp_path / "boat.png").write_bytes(b"\x89PNG")

    report = ingest([str(tmp_path / "boat.png")])

    assert len(report.errors) == 1
    assert "boat.png is none of .csv, .docx, .htm, .html, .markdown, .md, .pdf, " in report.errors[0]


def test_settings_at_the_beginning_are_not_part_of_the_text(db: None, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("---\nlayout: ferry\n---\n# Page\n\nText.\n")

    ingest([str(tmp_path / "page.md")])

    assert Document.objects.get().text == "# Page\n\nText.\n"


def test_an_empty_file_is_a_document_without_passages(db: None, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("")

    report = ingest([str(tmp_path / "empty.md")])

    assert len(report.added) == 1
    assert not Passage.objects.exists()


def test_counts_in_how_many_passages_a_word_stands(library: Path) -> None:
    assert Word.objects.get(lexeme="captain").passages == 2
    assert Word.objects.get(lexeme="dog").passages == 1


def test_takes_in_every_format(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>Bells</h1><p>Ring the bell.")
    (tmp_path / "b.docx").write_bytes(word(("Heading1", "Ropes"), ("", "Coil the rope.")))
    (tmp_path / "c.pdf").write_bytes(
        pdf([(20, 700, "Sails"), (11, 650, "Hoist the sail."), (11, 600, "So.")])
    )
    (tmp_path / "d.csv").write_text("Item,Price\nOar,4\n")
    (tmp_path / "~$b.docx").write_bytes(b"open")

    report = ingest([str(tmp_path)])

    assert report.errors == []
    assert list(Document.objects.order_by("path").values_list("title", flat=True)) == [
        "Bells",
        "Ropes",
        "Sails",
        "d",
    ]
    assert ingest([str(tmp_path)]).unchanged == report.added


def test_a_broken_file_does_not_stop_those_after_it(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    (tmp_path / "b.html").write_text("<p>x")

    report = ingest([str(tmp_path)])

    assert [
        error.endswith("a.docx is no Word document (.docx), or is encrypted: save it as one.")
        for error in report.errors
    ] == [True]
    assert len(report.added) == 1


def test_what_was_uploaded_has_no_file_and_is_not_pruned(library: Path) -> None:
    Document.objects.filter(path="docs/timetable.md").update(is_uploaded=True)
    (library / "timetable.md").unlink()

    assert ingest([str(library)], prune=True).removed == []


@pytest.mark.parametrize("name", [b"\xff.md", b"x" * 200 + b".md"])
def test_a_name_that_can_not_be_kept_does_not_stop_the_rest(db: None, docs: Path, name: bytes) -> None:
    deep = docs / ("y" * 200) / ("z" * 200)
    deep.mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(deep) + b"/" + name)).write_text("text")

    report = ingest([str(docs)])

    assert [error.endswith("is a name that can't be kept: rename it.") for error in report.errors] == [True]
    assert len(report.added) == 3


def test_a_heading_or_a_cell_of_any_length_is_kept(db: None, tmp_path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(120_000))
    (tmp_path / "a.html").write_text(f"<h1>{words}</h1><p>x</p>")
    (tmp_path / "b.html").write_text(f"<table><tr><th>a<th>b<tr><td>{words}<td>c</table>")

    assert ingest([str(tmp_path)]).errors == []
