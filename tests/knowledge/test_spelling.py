import pytest

from chatbot.knowledge.spelling import nearest

KNOWN = [
    ("worker", 5),
    ("word", 9),
    ("kill", 3),
    ("still", 8),
    ("stream", 7),
    ("configur", 2),
    ("ferri", 4),
    ("postgresql", 1),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wroker", "worker"),
        ("worke", "worker"),
        ("wworker", "worker"),
        ("strean", "stream"),
        ("kile", "kill"),
        ("config", "configur"),
        ("postgrsqql", "postgresql"),
    ],
)
def test_a_slip_is_understood(typed: str, meant: str) -> None:
    assert nearest(typed, KNOWN) == meant


@pytest.mark.parametrize("typed", ["bill", "wo", "franc", "2018", "x1y2z", "strawberri", "kltream"])
def test_another_word_is_not_taken_for_a_slip(typed: str) -> None:
    assert nearest(typed, KNOWN) is None


def test_of_two_as_near_the_commoner_is_meant() -> None:
    assert nearest("sail", [("said", 3), ("sand", 9), ("salt", 5), ("saiz", 1)]) == "said"
