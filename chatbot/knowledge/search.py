from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from .lexemes import tsquery
from .models import STEP, Passage
from .terms import Term, as_context, languages, telling, terms_of

ENOUGH = 0.5
"""The share of what the question asks for, by the rarity of its words, that one passage must speak of."""
LOOKED_AT = 60
"""Passages of a language that are ranked in full: those that cover most of the question."""

IN_ITS_HEADING = 0.6
IN_A_HEADING_ABOVE = 0.2
IN_CODE = 0.5
SAID_AGAIN = 0.3
CLOSE_TOGETHER = 0.5
NEAR = 6
"""Words; two words of the question that are farther apart are not taken for one thought."""

COVERING = """
    SELECT passage.id, sum(term.mass) AS covered
    FROM unnest(%(queries)s::text[], %(masses)s::float8[]) AS term(query, mass)
    JOIN knowledge_passage passage ON passage.vector @@ term.query::tsquery
    JOIN knowledge_document document ON document.id = passage.document_id
    WHERE document.language = %(language)s
    GROUP BY passage.id
    ORDER BY covered DESC, passage.id
    LIMIT %(limit)s
"""
PLACES = """
    SELECT passage.id, word.lexeme, word.positions, word.weights
    FROM knowledge_passage passage, unnest(passage.vector) AS word
    WHERE passage.id = ANY(%s) AND word.lexeme = ANY(%s)
"""


@dataclass(frozen=True)
class Places:
    """Where a word stands in a passage: positions, and the weight of each (A, B, C or D)."""

    positions: list[int]
    weights: list[str]

    @property
    def trust(self) -> float:
        """Code names things, and says little about them."""
        return IN_CODE if set(self.weights) == {"C"} else 1.0


NOWHERE = Places([], [])


@dataclass(frozen=True)
class Hit:
    """A passage that speaks of the question.

    `coverage` (0 to 1) says of how much of it, `heading_share` of how much its headings do.
    """

    document_id: UUID
    path: str
    title: str
    headings: tuple[str, ...]
    anchor: str
    text: str
    language: str
    terms: tuple[Term, ...]
    score: float
    coverage: float
    heading_share: float

    @property
    def answers(self) -> bool:
        return self.coverage >= ENOUGH

    @property
    def topic(self) -> str:
        """The document and the headings in it, from the outermost in."""
        return STEP.join(dict.fromkeys([self.title, *self.headings]))

    @property
    def url(self) -> str:
        page = reverse("knowledge:document", args=[self.document_id])
        return f"{page}#{self.anchor}" if self.anchor else page


def search(question: str, limit: int = 5, *, context: str = "") -> list[Hit]:
    """The passages that speak of the question, the best first, whether they answer it or not.

    `context` is the question before, when this one refers back to it.
    """
    hits = [
        hit
        for language, passages in languages().items()
        for hit in search_in(language, asked_for(question, context, language, passages), limit)
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def asked_for(question: str, context: str, language: str, passages: int) -> list[Term]:
    asked = terms_of(question, language, passages)
    known = {term.lexeme for term in asked}
    before = terms_of(context, language, passages) if context else []
    return [*asked, *(as_context(term) for term in before if term.lexeme not in known)]


def search_in(language: str, terms: list[Term], limit: int) -> list[Hit]:
    places = places_of(language, terms)
    ranked = sorted(places, key=lambda key: -score(terms, places[key]))[:limit]
    passages = Passage.objects.select_related("document").in_bulk(ranked)
    return [hit(passages[key], terms, places[key]) for key in ranked]


def places_of(language: str, terms: list[Term]) -> dict[int, dict[str, Places]]:
    """The passages that cover most of the terms, and where each term stands in them."""
    lexemes = [term.lexeme for term in terms]
    asked: dict[str, Any] = {
        "queries": [tsquery(lexeme) for lexeme in lexemes],
        "masses": [term.mass for term in terms],
        "language": language,
        "limit": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(COVERING, asked)
        places: dict[int, dict[str, Places]] = {key: {} for key, _ in cursor.fetchall()}
        cursor.execute(PLACES, [list(places), lexemes])
        for key, lexeme, positions, weights in cursor.fetchall():
            places[key][lexeme] = Places(positions, weights)
    return places


def score(terms: list[Term], places: dict[str, Places]) -> float:
    found = [term for term in terms if term.lexeme in places]
    return sum(worth(term, places[term.lexeme]) for term in found) + closeness(found, places)


def worth(term: Term, places: Places) -> float:
    """The mass of a word: more in a heading, somewhat more when it is said again."""
    again = 1 - 1 / len(places.positions)
    heading = IN_ITS_HEADING * ("A" in places.weights) + IN_A_HEADING_ABOVE * ("B" in places.weights)
    return term.mass * term.trust * places.trust * (1 + heading + SAID_AGAIN * again)


def closeness(found: list[Term], places: dict[str, Places]) -> float:
    """What neighbours in the question are worth for being near each other in the passage."""
    return sum(
        CLOSE_TOGETHER * min(one.mass, other.mass) / gap
        for one, other in pairwise(found)
        if (gap := apart(places[one.lexeme].positions, places[other.lexeme].positions)) <= NEAR
    )


def apart(one: Iterable[int], other: list[int]) -> int:
    return min(max(abs(here - there), 1) for here in one for there in other)


def hit(passage: Passage, terms: list[Term], places: dict[str, Places]) -> Hit:
    return Hit(
        document_id=passage.document.pk,
        path=passage.document.path,
        title=passage.document.title,
        headings=tuple(passage.headings),
        anchor=passage.anchor,
        text=passage.text,
        language=passage.document.language,
        terms=tuple(terms),
        score=score(terms, places),
        coverage=coverage(telling(terms), places),
        heading_share=heading_share(telling(terms), places),
    )


def coverage(terms: list[Term], places: dict[str, Places]) -> float:
    """The share of the terms' mass that the passage speaks of; a vague word counts only in its heading."""
    found = [
        term
        for term in terms
        if term.lexeme in places and not (term.is_vague and "A" not in places[term.lexeme].weights)
    ]
    covered = sum(term.mass * term.trust * places[term.lexeme].trust for term in found)
    return covered / sum(term.mass for term in terms)


def heading_share(terms: list[Term], places: dict[str, Places]) -> float:
    """The share of the terms' mass that its headings speak of; 0 when its own heading speaks of none."""
    weights = {term: set(places.get(term.lexeme, NOWHERE).weights) for term in terms}
    if not any("A" in found for found in weights.values()):
        return 0.0
    named = [term for term, found in weights.items() if found & {"A", "B"}]
    return sum(term.mass * term.trust for term in named) / sum(term.mass for term in terms)
