"""For `manage.py shell`, which sets Django up: a large knowledge, and how long questions about it take."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from random import Random

from django.db import connection

from chatbot.knowledge.models import Document
from chatbot.knowledge.search import search
from chatbot.knowledge.vocabulary import count_words
from tests.bench.cores import cpu_seconds

SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in "lmnrst"]
WORDS = 40_000
"""Different words; the n-th commonest is said 1 / (n + FLATNESS) as often, as in a language (Zipf's law)."""
FLATNESS = 10
PASSAGE, HEADING, DOCUMENT = 90, 4, 20
"""Words of a passage and of a heading, and passages of a document."""
COMMON, TELLING = 3, 2
"""Words of a question: so many as they come, common ones mostly, and so many of one passage."""
SLIPS = 0.1
"""The share of questions with a letter that is wrong."""
MAKE_ANEW = "TRUNCATE knowledge_document, knowledge_word CASCADE"
INSERT = """
    INSERT INTO knowledge_passage (document_id, number, headings, anchor, text, vector)
    SELECT document, number, ARRAY[heading], 'part-' || number, body,
        setweight(to_tsvector('english', heading), 'A') || setweight(to_tsvector('english', title), 'B')
            || setweight(to_tsvector('english', body), 'D')
    FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[])
        AS made(document, number, title, heading, body)
"""
BARE = """
    SELECT passage.id, text FROM knowledge_passage passage, (SELECT {} AS query) AS asked
    WHERE vector @@ query ORDER BY ts_rank_cd(vector, query) DESC LIMIT 5
"""
ALL_WORDS = BARE.format("websearch_to_tsquery('english', %s)")
ANY_WORD = BARE.format("replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery")


class Writer:
    """Says things in a language of its own, the same with the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._words = [
            "".join(Random(number).choices(SYLLABLES, k=2 + number % 2)) for number in range(WORDS)
        ]
        self._weights = list(accumulate(1 / (number + FLATNESS) for number in range(WORDS)))

    def words(self, number: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=number))

    def question(self, about: str) -> str:
        asked = [*self.words(COMMON).split(), *self._random.sample(about.split(), TELLING)]
        self._random.shuffle(asked)
        if self._random.random() < SLIPS:
            asked[0] = f"{asked[0][:2]}x{asked[0][3:]}"
        return " ".join(asked)


def stock(passages: int, seed: int = 1) -> None:
    """Replaces the whole knowledge by so many passages."""
    writer = Writer(seed)
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ANEW)
    for first in range(0, passages, DOCUMENT):
        document = Document.objects.create(
            path=f"{first}.md", title=writer.words(HEADING), text="", digest=""
        )
        made = [
            (document.pk, number, document.title, writer.words(HEADING), writer.words(PASSAGE))
            for number in range(DOCUMENT)
        ]
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [list(column) for column in zip(*made, strict=True)])
    count_words()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE knowledge_passage")
        cursor.execute("VACUUM ANALYZE knowledge_word")


def questions(number: int, seed: int = 2) -> Iterator[str]:
    writer = Writer(seed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM knowledge_passage ORDER BY md5(id::text) LIMIT %s", [number])
        for (text,) in cursor.fetchall():
            yield writer.question(text)


def bare(sql: str) -> Callable[[str], object]:
    def ask(question: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, [question])
            return cursor.fetchall()

    return ask


ASKED: dict[str, Callable[[str], object]] = {
    "ours": search,
    "any_word": bare(ANY_WORD),
    "all_words": bare(ALL_WORDS),
}


def ask_all(server: str, *, number: int, core: int) -> None:
    """Prints how long each question took on that processor, and how much CPU here and in PostgreSQL: in
    microseconds. A first tenth is not counted."""
    os.sched_setaffinity(0, {core})
    ask, took = ASKED[server], []
    backend = backend_pid()
    for question in list(questions(number + number // 10)):
        used, start = time.process_time() + cpu_seconds(backend), time.monotonic()
        ask(question)
        passed, used = time.monotonic() - start, time.process_time() + cpu_seconds(backend) - used
        took.append((round(passed * 1e6), round(used * 1e6)))
    sys.stdout.write(json.dumps(took[number // 10 :]))


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        return int(pid)
