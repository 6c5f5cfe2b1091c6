"""Questions in other languages: what they are made of is not what they ask for."""

from pathlib import Path

import pytest

from chatbot.knowledge.answer import hits_for
from chatbot.knowledge.ingest import ingest

DOCUMENTS = {
    "german": (
        "# Kündigung\n\n## Fristen\n\nDie Kündigungsfrist beträgt drei Monate zum Ende des Quartals. Die"
        " Kündigung muss schriftlich erfolgen.\n\n## Rückgabe\n\nSchlüssel werden am letzten Tag abgegeben.\n"
    ),
    "spanish": (
        "# Vacaciones\n\n## Días\n\nTodos tienen treinta días de vacaciones al año, y los que no se han"
        " tomado hasta el fin de marzo se pierden.\n\n## Baja\n\nLlama a tu jefa antes de las nueve.\n"
    ),
    "french": (
        "# Garantie\n\n## Durée\n\nLa garantie est de deux ans à partir du jour de l'achat, et elle"
        " couvre les pièces.\n\n## Retour\n\nL'appareil est à renvoyer dans son emballage.\n"
    ),
}


@pytest.mark.parametrize(
    ("language", "question", "heading"),
    [
        ("german", "Wie lang ist die Kündigungsfrist?", "Fristen"),
        ("german", "Können Sie mir bitte sagen, wie die Kündigung erfolgen muss?", "Fristen"),
        ("german", "Wann gebe ich die Schlüssel ab?", "Rückgabe"),
        ("spanish", "¿Cuántos días de vacaciones puedo tener?", "Días"),
        ("spanish", "¿Qué pasa con las vacaciones que no he tomado?", "Días"),
        ("french", "Pouvez-vous me dire combien de temps les pièces sont couvertes ?", "Durée"),
        ("french", "Comment renvoyer l'appareil ?", "Retour"),
    ],
)
def test_a_question_is_answered_by_what_it_asks_for(
    db: None, tmp_path: Path, language: str, question: str, heading: str
) -> None:
    path = tmp_path / f"{language}.md"
    path.write_text(DOCUMENTS[language])
    ingest([str(path)])

    best = hits_for(question)[0]

    assert best.answers
    assert best.headings[-1] == heading


def test_words_that_look_alike_in_another_language_do_not_hide_the_answer(db: None, tmp_path: Path) -> None:
    (tmp_path / "german.md").write_text(DOCUMENTS["german"])
    for number in range(10):
        (tmp_path / f"{number}.md").write_text(
            f"# When workers die {number}\n\nThey die, and others wake up.\n"
        )
    ingest([str(tmp_path)])

    best = hits_for("Wie lang ist die Kündigungsfrist?")[0]

    assert (best.path.rpartition("/")[2], best.answers) == ("german.md", True)
