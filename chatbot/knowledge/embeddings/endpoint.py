"""An OpenAI-compatible endpoint that turns texts into vectors."""

import random
import ssl
import time
from collections.abc import Iterator, Sequence
from functools import cache
from math import isfinite
from typing import Any

import httpx
from django.conf import settings

BATCH = 64
LONGEST_TEXT = 8_000
"""Characters of a text that are sent."""
LARGEST_ANSWER = 32 * 1024 * 1024
MOST_DIMENSIONS = 16_000
TRIES = 3
FIRST_WAIT = 0.5
"""Seconds at most before the second try; twice as many before each further one."""
WORTH_ANOTHER_TRY = {408, 425, 429, 500, 502, 503, 504}

Vector = list[float]


class EmbeddingsError(Exception):
    """There are no vectors; the message says why."""


class PassingError(EmbeddingsError):
    """Another try may succeed."""


def is_configured() -> bool:
    return bool(settings.EMBEDDINGS_BASE_URL)


def vectors_of(texts: Sequence[str], *, seconds: float, tries: int = TRIES) -> list[Vector]:
    """A vector for each of at most `BATCH` texts, in their order, all of one length.

    Each try has so many seconds, answer included. Raises EmbeddingsError.
    """
    for attempt in range(1, tries):
        try:
            return asked(texts, seconds)
        except PassingError:
            time.sleep(random.uniform(0, FIRST_WAIT * 2 ** (attempt - 1)))
    return asked(texts, seconds)


def asked(texts: Sequence[str], seconds: float) -> list[Vector]:
    body = {"model": settings.EMBEDDINGS_MODEL, "input": [text[:LONGEST_TEXT] for text in texts]}
    key = settings.EMBEDDINGS_API_KEY
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    address = f"{settings.EMBEDDINGS_BASE_URL.rstrip('/')}/embeddings"
    until = time.monotonic() + seconds
    try:
        with (
            httpx.Client(timeout=seconds, headers=headers, verify=trust()) as client,
            client.stream("POST", address, json=body) as response,
        ):
            refuse_failure(response.status_code)
            content = b"".join(bounded(response.iter_bytes(), until))
    except httpx.HTTPError as error:
        raise PassingError(f"The embeddings endpoint can't be reached: {type(error).__name__}.") from error
    return read(content, len(texts))


@cache
def trust() -> ssl.SSLContext:
    """Made once: it takes 50 ms."""
    return httpx.create_ssl_context()


def refuse_failure(status: int) -> None:
    if status in WORTH_ANOTHER_TRY:
        raise PassingError(f"The embeddings endpoint answers {status}.")
    if status != 200:
        raise EmbeddingsError(f"The embeddings endpoint answers {status}: look at the EMBEDDINGS_ settings.")


def bounded(chunks: Iterator[bytes], until: float) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if time.monotonic() > until:
            raise PassingError("The embeddings endpoint takes too long.")
        if size > LARGEST_ANSWER:
            raise EmbeddingsError("The embeddings endpoint answers with more than 32 MB.")
        yield chunk


def read(content: bytes, number: int) -> list[Vector]:
    try:
        found = sorted(httpx.Response(200, content=content).json()["data"], key=lambda one: one["index"])
        vectors = [vector(one["embedding"]) for one in found]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EmbeddingsError("The embeddings endpoint answers with something else than vectors.") from error
    if len(vectors) != number or len({len(one) for one in vectors}) != 1:
        raise EmbeddingsError(
            f"The embeddings endpoint gives {len(vectors)} vectors for {number} texts, or unequal ones."
        )
    return vectors


def vector(embedding: Any) -> Vector:
    numbers = [float(number) for number in embedding]
    if not 1 <= len(numbers) <= MOST_DIMENSIONS or not all(isfinite(number) for number in numbers):
        raise ValueError("no vector")
    return numbers
