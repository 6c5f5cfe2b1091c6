"""The passages that are worth ranking: found by indexes alone, so that common words cost little."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from .lexemes import quoted
from .terms import Term

MOST_RARE = 600
"""Passages; words that so many have between them are looked up by themselves, others only beside them."""
MOST_NAMED = 10_000
"""Passages; words that so many have between them are looked for in headings: one in twenty is there."""
WORTH_LOOKING = 0.5
"""The share of the rarest word's mass that common ones must have between them to be looked for alone."""
MOST_OF_A_PART = 200
LOOKED_AT = 40
"""Passages of a language that are ranked in full: those that cover most of the question."""

ANYWHERE = "vector"
IN_ITS_HEADING = "ts_filter(vector, '{a}')"
"""As the index `passage_heading` has it."""

PART = "(SELECT id, document_id, %s::float8 AS mass FROM knowledge_passage WHERE {} LIMIT %s)"
# A join would read all documents; this asks for the language of the best until there are enough.
COVERING = """
    SELECT id FROM (
        SELECT id, document_id FROM ({}) AS part GROUP BY id, document_id ORDER BY sum(mass) DESC, id) AS best
    WHERE (SELECT language FROM knowledge_document WHERE id = document_id) = %s LIMIT %s
"""
# The planner likes a scan that a limit would end early; but a scan unpacks every vector that it meets.
BY_INDEX = "SET LOCAL enable_seqscan = off"


@dataclass(frozen=True)
class Part:
    """Passages that fulfil a `tsquery` in `column`, and what that is worth."""

    column: str
    query: str
    mass: float


def candidates(language: str, terms: Sequence[Term], only: str = "") -> list[int]:
    """The keys of the passages that cover most of the terms, of those that fulfil the `tsquery` in `only`."""
    parts = list(parts_of([term for term in terms if term.forms]))
    if not parts:
        return []
    condition = " AND vector @@ %s::tsquery" if only else ""
    sql = " UNION ALL ".join(PART.format(f"{part.column} @@ %s::tsquery{condition}") for part in parts)
    asked: list[Any] = []
    for part in parts:
        asked += [part.mass, part.query, *filter(None, [only]), MOST_OF_A_PART]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BY_INDEX)
        cursor.execute(COVERING.format(sql), [*asked, language, LOOKED_AT])
        return [key for (key,) in cursor.fetchall()]


def parts_of(terms: Sequence[Term]) -> Iterator[Part]:
    """Rare words by themselves, common ones beside the rare or beside each other, and headings."""
    by_rarity = sorted(terms, key=lambda term: term.passages)
    rare = within(by_rarity, MOST_RARE)
    common = by_rarity[len(rare) :]
    for term in rare:
        yield Part(ANYWHERE, any_of([term]), term.mass)
    for term in common if rare else ():
        yield Part(ANYWHERE, f"({any_of(rare)}) & ({any_of([term])})", term.mass)
    least = WORTH_LOOKING * max((term.mass for term in rare), default=0.0)
    yield from (part for part in together(common) if part.mass >= least)
    for term in within(by_rarity, MOST_NAMED) or by_rarity[:1]:
        yield Part(IN_ITS_HEADING, any_of([term]), term.mass * (1 if term in rare else 2))


def together(common: Sequence[Term]) -> Iterator[Part]:
    """All of the common words, and the two rarest of them; one that is alone, by itself."""
    for number in sorted({len(common), min(2, len(common))} - {0}):
        query = " & ".join(f"({any_of([term])})" for term in common[:number])
        yield Part(ANYWHERE, query, sum(term.mass for term in common[:number]))


def within(by_rarity: Sequence[Term], most: int) -> list[Term]:
    """The first terms, as long as no more than so many passages have them."""
    counts = [term.passages for term in by_rarity]
    return [term for at, term in enumerate(by_rarity) if sum(counts[: at + 1]) <= most]


def any_of(terms: Sequence[Term]) -> str:
    return " | ".join(quoted(form) for term in terms for form in term.forms)
