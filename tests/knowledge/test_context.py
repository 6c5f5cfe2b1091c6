import pytest

from chatbot.knowledge.context import context_of

FERRY, WINTER, PRICE = "When does the ferry leave?", "And in winter?", "What does a bicycle cost?"


@pytest.mark.parametrize(
    "question",
    [
        "and why?",
        "bicycles",
        "How long does it take?",
        "what about children",
        "How do I buy one?",
        "For dogs too?",
        "Und was kostet das im Winter?",
        "Wie lange brauche ich dafür?",
        "¿Y cuánto cuesta eso en invierno?",
        "Et combien ça coûte en hiver ?",
    ],
)
def test_a_question_that_refers_back_is_read_with_the_one_before(question: str) -> None:
    assert context_of(question, [PRICE, FERRY]) == FERRY


def test_a_question_that_stands_alone_is_read_alone() -> None:
    assert context_of("Where do I find the lost property office?", [FERRY]) == ""
    assert context_of("Wo finde ich das Fundbüro der Fähre?", [FERRY]) == ""
    assert context_of("and why?", []) == ""


def test_a_chain_of_questions_is_read_from_where_it_began() -> None:
    assert context_of("and on Sundays?", [PRICE, FERRY, WINTER]) == f"{FERRY}\n{WINTER}"


def test_no_more_than_three_questions_are_looked_at() -> None:
    assert context_of("and then?", [WINTER] * 9) == "\n".join([WINTER] * 3)
