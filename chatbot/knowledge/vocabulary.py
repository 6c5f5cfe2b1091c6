import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from .models import Document, Word

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
COUNT_OF = """
    SELECT language, word, ndoc
    FROM (SELECT language, array_agg(id) AS documents FROM knowledge_document WHERE path = ANY(%(paths)s)
        GROUP BY language) AS of_language,
        ts_stat(format('SELECT vector FROM knowledge_passage WHERE document_id = ANY(%%L)', documents))
    UNION ALL
    SELECT language, '', count(*) FROM knowledge_passage passage
    JOIN knowledge_document document ON document.id = passage.document_id
    WHERE path = ANY(%(paths)s) GROUP BY language
"""
ADD = """
    MERGE INTO knowledge_word known
    USING unnest(%s::text[], %s::text[], %s::int[]) AS change (language, lexeme, passages)
        ON known.language = change.language AND known.lexeme = change.lexeme
    WHEN MATCHED AND known.passages + change.passages <= 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET passages = known.passages + change.passages
    WHEN NOT MATCHED AND change.passages > 0 THEN
        INSERT (language, lexeme, passages) VALUES (change.language, change.lexeme, change.passages)
"""
LOCK = "LOCK TABLE knowledge_word IN SHARE ROW EXCLUSIVE MODE"
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


@contextmanager
def recounted(paths: Collection[str]) -> Iterator[None]:
    """Counts what the block adds, changes or removes at these paths, and commits it together with that.

    Locks the documents there first, and the words for no longer than it takes to write down what changed.
    """
    with transaction.atomic():
        there = Document.objects.filter(path__in=paths).order_by("pk")
        list(there.select_for_update().values_list("pk"))
        before = counted(paths)
        yield
        change = counted(paths)
        change.subtract(before)
        add({word: passages for word, passages in change.items() if passages})


def counted(paths: Collection[str]) -> Counter[tuple[str, str]]:
    """By language and lexeme, in how many passages of the documents there."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OF, {"paths": list(paths)})
        return Counter({(language, lexeme): passages for language, lexeme, passages in cursor.fetchall()})


def add(change: dict[tuple[str, str], int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(ADD, [*([word[at] for word in change] for at in range(2)), list(change.values())])


def count_what_is_off() -> None:
    """Counts all words anew where the counts are not those of the passages that there are: an older version
    may have stopped before it counted, or two have added the same document in one moment."""
    if dict(kept_passages()) != every_passage():
        count_words()


@transaction.atomic
def count_words() -> None:
    """Counts anew in how many passages each word stands. Two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        Word.objects.all().delete()
        for language, passages in every_passage().items():
            Word.objects.create(language=language, lexeme=EVERY, passages=passages)
            cursor.execute(COUNT, [language, language])


def languages() -> dict[str, int]:
    """The languages of the knowledge, and how many passages each had when its words were last counted.

    Where the version before counted them, which did not keep it, they are counted here.
    """
    return dict(kept_passages()) or every_passage()


def kept_passages() -> QuerySet[Word, tuple[str, int]]:
    return Word.objects.filter(lexeme=EVERY).values_list("language", "passages")


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
