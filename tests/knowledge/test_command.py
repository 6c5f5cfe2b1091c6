from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chatbot.knowledge.models import Document
from tests.knowledge.terminal import Terminal


def test_says_what_it_did(db: None, docs: Path) -> None:
    out = StringIO()

    call_command("ingest", str(docs), stdout=out)

    assert "added: docs/timetable.md\n" in out.getvalue()
    assert out.getvalue().endswith("3 added, 0 changed, 0 removed, 0 unchanged.\n")


def test_fails_at_the_end_when_a_file_could_not_be_read(db: None, docs: Path) -> None:
    (docs / "broken.md").write_bytes(b"\xff")
    errors = StringIO()

    with pytest.raises(CommandError, match="1 of the files"):
        call_command("ingest", str(docs), stdout=StringIO(), stderr=errors)

    assert "docs/broken.md is not UTF-8" in errors.getvalue()
    assert Document.objects.count() == 3


def test_removes_what_is_gone_when_told_to(library: Path) -> None:
    (library / "timetable.md").unlink()
    out = StringIO()

    call_command("ingest", "--prune", str(library), stdout=out)

    assert "removed: docs/timetable.md\n" in out.getvalue()


def test_names_the_languages_it_knows(db: None, docs: Path) -> None:
    with pytest.raises(CommandError, match=r"no language 'klingon'.*english"):
        call_command("ingest", "--language=klingon", str(docs))


def test_a_terminal_is_shown_how_far_it_is(db: None, docs: Path) -> None:
    screen = Terminal()

    call_command("ingest", str(docs), stdout=StringIO(), stderr=screen)

    lines = screen.getvalue().split("\r\x1b[K")
    assert lines[1:] == [
        "[........................] 1/3 docs/fares.markdown",
        "[########................] 2/3 docs/more/notes.txt",
        "[################........] 3/3 docs/timetable.md",
        "",
    ]


def test_a_name_can_not_steer_the_terminal(db: None, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2Jb.md").write_text("x")
    screen = Terminal()

    call_command("ingest", str(tmp_path), stdout=StringIO(), stderr=screen)

    assert "\x1b[2J" not in screen.getvalue()


def test_elsewhere_there_is_no_bar(db: None, docs: Path) -> None:
    errors = StringIO()

    call_command("ingest", str(docs), stdout=StringIO(), stderr=errors)

    assert errors.getvalue() == ""
