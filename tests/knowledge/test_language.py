from pathlib import Path

import pytest

from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.language import language_of
from chatbot.knowledge.models import Document

GERMAN = """Die Fähre verlässt den Hafen jede Stunde ab sechs Uhr morgens. Von November bis März fährt die
letzte Fähre um acht Uhr abends. Wenn das Wasser gefriert, fährt keine Fähre, und die Brücke ist der einzige
Weg hinüber. Kinder unter zwölf Jahren fahren mit einem Erwachsenen kostenlos."""
FRENCH = """Le ferry quitte le port toutes les heures à partir de six heures du matin. De novembre à mars, le
dernier ferry part à huit heures du soir. Quand l'eau gèle, aucun ferry ne part, et le pont est le seul moyen
de traverser. Les enfants de moins de douze ans voyagent gratuitement avec un adulte."""
DANISH = """Færgen forlader havnen hver time fra klokken seks om morgenen. Fra november til marts går den
sidste færge klokken otte om aftenen. Når vandet fryser, sejler der slet ingen færge, og broen er den eneste
vej over. Børn under tolv rejser gratis sammen med en voksen, og en cykel koster to kroner."""
POLISH = """Prom odpływa z portu co godzinę od szóstej rano. Od listopada do marca ostatni prom odpływa
o ósmej wieczorem. Kiedy woda zamarza, prom nie kursuje wcale, a most jest jedyną drogą na drugą stronę."""
CODE = "def read(self): return self.file.open(path) import os raise ValueError bytes list tuple yield " * 3


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "german"), (FRENCH, "french")])
def test_a_language_is_known_by_its_stop_words(db: None, text: str, language: str) -> None:
    assert language_of([text]) == language


@pytest.mark.parametrize("text", ["", GERMAN[:50], DANISH, POLISH, CODE])
def test_what_is_not_clear_is_english(db: None, text: str) -> None:
    assert language_of([text]) == "english"


def test_each_document_is_read_in_its_language(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# Fahrplan\n\n{GERMAN}")
    (tmp_path / "b.txt").write_text(FRENCH)

    ingest([str(tmp_path)])

    assert list(Document.objects.order_by("path").values_list("language", flat=True)) == ["german", "french"]


def test_a_language_that_is_given_goes_first(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GERMAN)

    ingest([str(tmp_path)], language="dutch")

    assert Document.objects.get().language == "dutch"
