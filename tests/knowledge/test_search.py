from pathlib import Path

import pytest

from chatbot.knowledge.found import IN_CODE
from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Word
from chatbot.knowledge.search import Hit, search


def best(question: str, context: str = "") -> Hit:
    return search(question, context=context)[0]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("When does the last ferry leave in winter?", "Timetable \u203a In winter"),
        ("do children travel for free?", "Fares \u203a Children"),
        ("I have lost my ticket!", "Fares \u203a Lost tickets"),
        ("How much is a bicycle?", "Fares \u203a Children"),
        ("what's the captain's name? is he called Bob?", "notes"),
        ("pensioners", "Fares"),
        ("wnter", "Timetable \u203a In winter"),
        ("Does the captian take cards?", "Fares \u203a Lost tickets"),
    ],
)
def test_finds_where_it_is_said(library: Path, question: str, topic: str) -> None:
    assert best(question).topic == topic
    assert best(question).answers


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who won the world cup in 2018?",
        "How do I bake bread?",
        "Is there a restaurant in the museum?",
    ],
)
def test_what_is_nowhere_said_is_not_answered(library: Path, question: str) -> None:
    assert [hit for hit in search(question) if hit.answers] == []


@pytest.mark.parametrize(
    "question", ["", "   ", "the of and", "?!", "''\\'", "& | ! ( ) :*", "a" * 32_000, "\U0001f642"]
)
def test_no_question_breaks_it(library: Path, question: str) -> None:
    assert [hit for hit in search(question) if hit.answers] == []


def test_common_words_alone_do_not_make_an_answer(library: Path) -> None:
    assert not best("Does the ferry accept dollars from astronauts?").answers


def test_a_word_in_the_heading_is_worth_more(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Boats\n\nA mast is tall.\n\n# Mast\n\nBoats have one.\n")
    ingest([str(tmp_path / "a.md")])

    assert best("mast").anchor == "mast"


def test_a_word_in_code_is_worth_less_within_a_line_too(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Files\n\nIt stands in `voice.py` beside others.\n")
    (tmp_path / "b.md").write_text("# Ears\n\nShe has a loud voice beside others.\n")
    ingest([str(tmp_path)])

    assert [hit.title for hit in search("voice")] == ["Ears", "Files"]
    assert [hit.coverage for hit in search("voice")] == [1.0, IN_CODE]


def test_words_near_each_other_are_worth_more(db: None, tmp_path: Path) -> None:
    far = "The harbour is old. " + "Nothing happens here for long. " * 5 + "A light burns."
    (tmp_path / "a.md").write_text(f"# One\n\n{far}\n\n# Two\n\nThe harbour light burns all night.\n")
    ingest([str(tmp_path / "a.md")])

    assert best("harbour light").anchor == "two"


def test_parts_of_compound_names_are_found(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Set `FERRY_START_TIME` in `harbour.conf`.\n\nAnd `bow-thruster`.")
    ingest([str(tmp_path / "a.md")])

    assert best("start time").answers
    assert best("FERRY_START_TIME").answers
    assert best("bow thrusters").answers
    assert best("harbour conf").answers


@pytest.mark.parametrize(
    "question", ["the \u201ccaptain\u201d\u2026", "\u00abcaptain\u00bb \u2014 who?", "the captain\u2019s dog"]
)
def test_marks_as_they_are_printed_are_no_letters(library: Path, question: str) -> None:
    assert best(question).answers


def test_other_words_for_the_same_are_found(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Boat\n\nTo halt the engine, pull the lever.\n\n# Oars\n\nAre long.\n")
    ingest([str(tmp_path / "a.md")])

    assert best("How do I stop the engine?").anchor == "boat"
    assert best("How do I stop the engine?").answers


def test_a_word_finds_those_that_go_on_where_it_ends(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Boat\n\nRun the bench.\n\n# Oars\n\nRun along the quay.\n")
    ingest([str(tmp_path / "a.md")])

    assert best("running the benchmark").anchor == "boat"
    assert best("running the benchmark").answers


def test_of_each_section_there_is_one_passage(db: None, tmp_path: Path) -> None:
    rows = "\n\n".join(f"The mast of boat {number} is {'very ' * 150}tall." for number in range(4))
    (tmp_path / "a.md").write_text(f"# Masts\n\n{rows}\n\n# Boats\n\nA boat has a mast.\n")
    (tmp_path / "notes.txt").write_text(rows)
    ingest([str(tmp_path)])

    hits = search("mast", limit=20)

    assert [hit.anchor for hit in hits if hit.path.endswith("a.md")] == ["masts", "boats"]
    assert len([hit for hit in hits if hit.path.endswith("notes.txt")]) == 4


def test_a_rare_word_is_found_among_many_common_ones(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.knowledge.candidates.MOST_RARE", 20)
    sections = "\n\n".join(f"# Boat {number}\n\nThe ferry leaves the harbour." for number in range(60))
    (tmp_path / "a.md").write_text(f"{sections}\n\n# Zebra\n\nA zebra on the ferry.\n")
    ingest([str(tmp_path / "a.md")])

    assert best("does a ferry leave the harbour with a zebra").anchor == "zebra"
    assert len(search("does the ferry leave the harbour?")) == 5


def test_words_that_the_version_before_counted_are_enough(library: Path) -> None:
    Word.objects.filter(lexeme="").delete()

    assert best("lost tickets").answers


def test_each_language_is_read_in_its_own_way(library: Path, tmp_path: Path) -> None:
    (tmp_path / "fahrplan.md").write_text(
        "# Fahrplan\n\nDie Fähren verkehren stündlich zwischen den Häfen.\n"
    )
    ingest([str(tmp_path / "fahrplan.md")], language="german")

    assert best("Wann verkehrt die Fähre?").path == "fahrplan.md"
    assert best("lost tickets").path == "docs/fares.markdown"


def test_a_question_that_refers_back_is_understood_by_the_one_before(library: Path) -> None:
    assert best("and why?", context="When does no ferry leave in winter?").anchor == "in-winter"


def test_the_question_before_does_not_answer_this_one(library: Path) -> None:
    hits = search("What about astronauts?", context="When does the last ferry leave in winter?")

    assert [hit for hit in hits if hit.answers] == []


def test_knowing_nothing_finds_nothing(db: None) -> None:
    assert search("anything") == []


def test_a_hit_leads_to_its_place_on_the_page_of_its_document(library: Path) -> None:
    hit = best("lost ticket")

    assert hit.url == f"/knowledge/{hit.document_id}/#lost-tickets"
