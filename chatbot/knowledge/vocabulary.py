import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from .models import Word

EVERY = ""
"""The lexeme under which all passages of a language are counted: no word is empty."""
COUNT = """
    INSERT INTO knowledge_word (language, lexeme, passages)
    SELECT %s, word, ndoc FROM ts_stat(format(
        'SELECT p.vector FROM knowledge_passage p JOIN knowledge_document d ON d.id = p.document_id'
        ' WHERE d.language = %%L', %s::text))
"""
EVERY_PASSAGE = """
    SELECT document.language, count(*) FROM knowledge_passage passage
    JOIN knowledge_document document ON document.id = passage.document_id GROUP BY document.language
"""
KNOWN = """
    SELECT lexeme, passages FROM knowledge_word WHERE language = %(language)s AND lexeme = ANY(%(lexemes)s)
    UNION
    SELECT lexeme, passages FROM unnest(%(beginnings)s::text[]) AS beginning JOIN knowledge_word
        ON language = %(language)s AND lexeme ~>~ beginning AND lexeme ~<~ (beginning || chr(1114111))
"""
SIMILAR = """
    (SELECT lexeme, passages FROM knowledge_word WHERE language = %(language)s
        AND lexeme LIKE %(beginning)s AND length(lexeme) BETWEEN %(shortest)s AND %(longest)s
        ORDER BY passages DESC LIMIT %(most)s)
    UNION
    (SELECT lexeme, passages FROM knowledge_word WHERE language = %(language)s
        AND reverse(lexeme) COLLATE "C" LIKE %(ending)s
        AND length(lexeme) BETWEEN %(shortest)s AND %(longest)s
        ORDER BY passages DESC LIMIT %(most)s)
"""
MOST_SIMILAR = 500


@transaction.atomic
def count_words() -> None:
    """Counts anew in how many passages each word stands. Two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE knowledge_word IN SHARE ROW EXCLUSIVE MODE")
        Word.objects.all().delete()
        for language, passages in every_passage().items():
            Word.objects.create(language=language, lexeme=EVERY, passages=passages)
            cursor.execute(COUNT, [language, language])


def languages() -> dict[str, int]:
    """The languages of the knowledge, and how many passages each had when its words were last counted.

    Where the version before counted them, which did not keep it, they are counted here.
    """
    kept = dict(Word.objects.filter(lexeme=EVERY).values_list("language", "passages"))
    return kept or every_passage()


def every_passage() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_PASSAGE)
        return dict(cursor.fetchall())


def counts_of(lexemes: Iterable[str], beginnings: Sequence[str], language: str) -> dict[str, int]:
    """How many passages have each: those of the lexemes that any has, and all that begin so and go on."""
    asked: dict[str, Any] = {"language": language, "lexemes": list(lexemes), "beginnings": list(beginnings)}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, asked)
        return dict(cursor.fetchall())


def similar(word: str, language: str) -> list[tuple[str, int]]:
    """Known words of nearly its length that begin or end as it does, the commonest, and how common they are:
    a slip spares the beginning or the end."""
    spared = max(len(word) // 3, 1)
    asked: dict[str, Any] = {
        "language": language,
        "beginning": f"{literally(word[:spared])}%",
        "ending": f"{literally(word[: -spared - 1 : -1])}%",
        "shortest": len(word) - 2,
        "longest": len(word) + 2,
        "most": MOST_SIMILAR,
    }
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, asked)
        return list(cursor.fetchall())


def literally(text: str) -> str:
    """As a pattern of LIKE that matches just it."""
    return re.sub(r"([\\%_])", r"\\\1", text)
