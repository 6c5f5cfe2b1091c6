from pathlib import Path

import pytest

from chatbot.knowledge.ingest import ingest
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
