from pathlib import Path

import pytest

from chatbot.knowledge.phrases import condition, without_exclusions
from chatbot.knowledge.search import search


def anchors(question: str) -> list[str]:
    return [hit.anchor for hit in search(question)]


def test_words_in_quotes_must_stand_there_in_their_order(library: Path) -> None:
    assert "on-holidays" in anchors("when does the last ferry leave")

    assert anchors('when does the "last ferry" leave') == ["in-winter"]
    assert anchors("\u201clast ferry\u201d") == ["in-winter"]
    assert anchors("\u201ctickets \u201clast ferry\u201d") == ["in-winter"]
    assert anchors('"ferry last"') == []


def test_a_word_behind_a_dash_must_not_be_there(library: Path) -> None:
    found = anchors("when does the ferry leave -winter")

    assert "on-holidays" in found
    assert "in-winter" not in found


@pytest.mark.parametrize(
    "question",
    [
        "What does --prune do?",
        "pytest -k word",
        "e-mail and on-board shops",
        "the ferry - how often?",
        "from 5 -10",
        'the "and"',
        'an open " quote',
        '""',
    ],
)
def test_what_only_looks_like_a_condition_is_none(db: None, question: str) -> None:
    assert condition(question, "english") == ""
    assert without_exclusions(question) == question


@pytest.mark.parametrize("question", ["-winter", '"last ferry" -ferry', "\"' & | ! : * \\ <-> ()\" -ferry'x"])
def test_conditions_alone_break_nothing(library: Path, question: str) -> None:
    assert [hit for hit in search(question) if hit.answers] == []
