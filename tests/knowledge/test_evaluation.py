from pathlib import Path

import pytest

from chatbot.knowledge.ingest import ingest
from tests.knowledge.evaluation.measure import Figures, Outcome, figures, outcome
from tests.knowledge.evaluation.question import HELD_OUT, TUNED, Labelled, Place, labelled
from tests.knowledge.evaluation.table import table

ROOT = Path(__file__).parents[2]
QUESTIONS = [*labelled(TUNED), *labelled(HELD_OUT)]


def test_what_people_ask_of_this_project_is_found_and_the_rest_refused(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert ingest(["README.md", "docs"]).errors == []

    told = figures([outcome(question) for question in QUESTIONS])

    assert told.recall >= 0.87
    assert told.mrr >= 0.68
    assert told.cited >= 0.62
    assert told.wrongly_refused <= 0.10
    assert told.refused >= 0.90


def test_every_place_that_should_answer_is_there() -> None:
    places = {place for question in QUESTIONS for place in question.places}

    missing = [place for place in places if not stands(place)]

    assert missing == []


def test_the_questions_are_of_every_kind() -> None:
    kinds = [question.kind for question in QUESTIONS]

    assert len(QUESTIONS) >= 130
    assert kinds.count("typos") >= 8
    assert kinds.count("follow-up") >= 8
    assert sum(not question.places for question in QUESTIONS) >= 15
    assert len(labelled(HELD_OUT)) * 3 >= len(QUESTIONS)


def test_figures_count_what_can_be_answered_apart_from_what_can_not() -> None:
    found, missed = asked(Place("a.md")), asked(Place("b.md"))
    nothing = asked()

    told = figures(
        [of(found, rank=2, hit=True), of(missed, rank=0, hit=False), of(nothing, rank=0, hit=False)]
    )

    assert told == Figures(
        answerable=2, unanswerable=1, recall=0.5, mrr=0.25, cited=0.5, wrongly_refused=0.5, refused=1.0
    )
    assert table({"all": [of(nothing, rank=0, hit=False)]}).endswith("| plain | 1 |  |  |  |  | 1.00 |")


def asked(*places: Place) -> Labelled:
    return Labelled("plain", "what is it?", (), places)


def of(question: Labelled, *, rank: int, hit: bool) -> Outcome:
    return Outcome(question, rank, found=(), cited=("a.md: A",) if hit else (), hit=hit)


def stands(place: Place) -> bool:
    text = (ROOT / place.path).read_text()
    headings = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    return any(heading.startswith(place.heading) for heading in headings)
