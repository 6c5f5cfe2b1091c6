"""The passages' vectors, in a table that only a PostgreSQL with pgvector has; no migration makes it."""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, DataError, InterfaceError, connection, transaction

from chatbot.knowledge.models import STEP, Passage

from .endpoint import BATCH, EmbeddingsError, Vector, is_configured, vectors_of
from .outage import Outage

logger = logging.getLogger(__name__)

FILL_SECONDS = 60.0
ASK_SECONDS = 2.0
"""Within which a question's vector must be there: nobody waits longer for a better order."""
PAUSE = 10.0
"""Seconds, about, in which no question waits for an endpoint that has just failed."""
MOST_INDEXED = 2_000
"""Dimensions; pgvector has no index for longer vectors, and compares with all of them."""

LATER = "What has no vector is found by its words alone: `manage.py embed` makes it, or the next ingestion."
"""What it means that vectors are missing."""
NO_PGVECTOR = (
    "PostgreSQL has no pgvector, or this account may not create it: let an administrator install it and run "
    "CREATE EXTENSION vector."
)

IS_THERE = "SELECT to_regclass('knowledge_embedding') IS NOT NULL"
HAS_PGVECTOR = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"
EXTENSION = "CREATE EXTENSION IF NOT EXISTS vector"
TABLE = """
    CREATE TABLE IF NOT EXISTS knowledge_embedding (
        passage_id bigint PRIMARY KEY, model text NOT NULL, embedding vector({}) NOT NULL)
"""
INDEX = """
    CREATE INDEX IF NOT EXISTS embedding_nearest ON knowledge_embedding
    USING hnsw (embedding vector_cosine_ops)
"""
OUTDATED = """
    DELETE FROM knowledge_embedding WHERE model <> %s
        OR NOT EXISTS (SELECT FROM knowledge_passage WHERE id = passage_id)
"""
MISSING = """
    SELECT passage.id, array_to_string(array_prepend(document.title, passage.headings), %s), passage.text
    FROM knowledge_passage passage JOIN knowledge_document document ON document.id = passage.document_id
    LEFT JOIN knowledge_embedding ON passage_id = passage.id AND model = %s
    WHERE passage_id IS NULL ORDER BY passage.id LIMIT %s
"""
HOW_MANY_MISSING = """
    SELECT count(*) FROM knowledge_passage passage
    LEFT JOIN knowledge_embedding ON passage_id = passage.id AND model = %s WHERE passage_id IS NULL
"""
KEEP = """
    INSERT INTO knowledge_embedding (passage_id, model, embedding)
    SELECT passage_id, %s, embedding::vector
    FROM unnest(%s::bigint[], %s::text[]) AS made(passage_id, embedding)
    ON CONFLICT (passage_id) DO UPDATE SET model = excluded.model, embedding = excluded.embedding
"""
NEAREST = """
    SELECT passage_id FROM knowledge_embedding WHERE model = %s ORDER BY embedding <=> %s::vector LIMIT %s
"""


outage = Outage(PAUSE)


class NoTableError(EmbeddingsError):
    """Nobody has made the table of vectors."""


def embed_new() -> Iterator[int]:
    """Embeds the passages that have no vector of the present model; yields how many after each batch.

    Raises EmbeddingsError; what was embedded until then is kept.
    """
    return iter(embed_some, 0)


def embed_some() -> int:
    """Embeds a batch of the passages that have no vector of the present model; how many, 0 when all have one.

    None where no endpoint is configured. Makes the table where it is missing. Raises EmbeddingsError.
    """
    if not is_configured():
        return 0
    if not is_there():
        prepare()
    found = missing(BATCH)
    if found:
        texts = [f"{topic}\n\n{text}" for _, topic, text in found]
        keep([key for key, _, _ in found], vectors_of(texts, seconds=FILL_SECONDS))
    else:
        drop_outdated()
    return len(found)


def prepare() -> None:
    """Makes the table for vectors of the length that the endpoint gives, where there is none.

    Raises EmbeddingsError, also where PostgreSQL has no pgvector.
    """
    dimensions = len(vectors_of(["How long is a vector?"], seconds=FILL_SECONDS)[0])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EXTENSION)
            cursor.execute(TABLE.format(dimensions))
            if dimensions <= MOST_INDEXED:
                cursor.execute(INDEX)
    except DatabaseError as error:
        if not is_there():  # nobody else has made it in the same moment
            raise EmbeddingsError(NO_PGVECTOR) from error


def is_there() -> bool:
    return bool(value_of(IS_THERE))


def count_missing() -> int:
    """How many passages have no vector of the present model."""
    if not is_there():
        return Passage.objects.count()
    return int(value_of(HOW_MANY_MISSING, [settings.EMBEDDINGS_MODEL]))


def value_of(statement: str, asked: list[str] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        (value,) = cursor.fetchone()
        return value


def missing(most: int) -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [STEP, settings.EMBEDDINGS_MODEL, most])
        return list(cursor.fetchall())


def drop_outdated() -> None:
    """The vectors of another model, and of passages that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(OUTDATED, [settings.EMBEDDINGS_MODEL])


def keep(keys: list[int], vectors: list[Vector]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(KEEP, [settings.EMBEDDINGS_MODEL, keys, [as_text(vector) for vector in vectors]])
    except DataError as error:
        raise EmbeddingsError(
            "The vectors are of another length than those in the table: another model needs "
            "`manage.py embed --anew`."
        ) from error


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS knowledge_embedding")


def nearest(question: str, limit: int) -> list[int]:
    """The keys of the passages whose vectors are nearest to the question's, the nearest first.

    None where no endpoint is configured, and none when it or the table fails, nor in the seconds after that:
    full text answers alone then.
    """
    if not is_configured() or outage.is_on:
        return []
    try:
        look_once()
        vector = vectors_of([question], seconds=ASK_SECONDS, tries=1)[0]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NEAREST, [settings.EMBEDDINGS_MODEL, as_text(vector), limit])
            return [key for (key,) in cursor.fetchall()]
    except NoTableError:
        tell_missing()
        return []
    except (EmbeddingsError, DatabaseError) as error:
        outage.begin()
        logger.warning("searching by words alone: %s", error)
        return []


@cache
def look_once() -> None:
    """Raises NoTableError until the table is there. From then on no connection is held while a vector is
    made."""
    if not is_there():
        raise NoTableError


def tell_what_is_missing() -> None:
    """One warning at the start of a process that searches, where passages have no vectors that should."""
    try:
        if is_configured() and not is_there():
            tell_missing()
        elif is_configured() and (number := count_missing()):
            logger.warning("passages without a vector of the configured model: %s. %s", number, LATER)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("it is not known whether passages have vectors: %s", error)


@cache
def tell_missing() -> None:
    what_to_do = "run `manage.py embed`." if value_of(HAS_PGVECTOR) else NO_PGVECTOR
    logger.warning("embeddings are configured, but no vectors are there: %s", what_to_do)


def as_text(vector: Vector) -> str:
    return f"[{','.join(repr(number) for number in vector)}]"
