from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from .candidates import candidates
from .embeddings.store import nearest
from .found import Found
from .lexemes import quoted
from .models import STEP, Passage
from .phrases import condition, without_exclusions
from .ranking import coverage, heading_share, known_share, score
from .terms import Term, as_context, terms_of
from .vocabulary import languages

LONGEST_QUESTION = 2_000
"""Characters that are looked at; more is no question."""
ENOUGH = 0.53
"""The share of what the question asks for, by the rarity of its words, that one passage must speak of."""

NEAREST = 20
"""Passages that are near to the question by their meaning, where vectors are there."""
EVEN = 60
"""How little the first ranks differ in a fusion of rankings: the usual constant of it."""
VECTORS = """
    SELECT id, document_id, anchor, vector::text FROM knowledge_passage
    WHERE id = ANY(%s) AND (SELECT language FROM knowledge_document WHERE id = document_id) = %s
"""


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


@dataclass(frozen=True)
class Rated:
    """A passage's key, the section that it is a part of (itself, under no heading), and how much it says."""

    key: int
    section: tuple[UUID, str | int]
    terms: list[Term]
    found: Found
    score: float


def search(question: str, limit: int = 5, *, context: str = "") -> list[Hit]:
    """The passages that speak of the question, the best first, whether they answer it or not.

    One of each section. `context` is the questions before, when this one refers back to them. `"words in a
    row"` must stand in each passage just so, and the word of `-word` must not.
    """
    question, context = question[:LONGEST_QUESTION], context[-LONGEST_QUESTION:]
    near = nearest(f"{context}\n{question}".strip(), NEAREST)
    rated: list[Rated] = []
    for language, passages in languages().items():
        terms = asked_for(question, context, language, passages)
        rated += rated_in(language, terms, near, only=condition(question, language))
    return hits_of(list(of_sections(fused(rated, near)))[:limit])


def asked_for(question: str, context: str, language: str, passages: int) -> list[Term]:
    asked = terms_of(without_exclusions(question), language, passages)
    known = {term.lexeme for term in asked}
    before = terms_of(context, language, passages) if context else []
    return [*asked, *(as_context(term) for term in before if term.lexeme not in known)]


def rated_in(language: str, terms: list[Term], near: list[int], *, only: str) -> Iterator[Rated]:
    """The passages that cover most of the terms, and those that are near by their meaning."""
    wanted = {form: f" {quoted(form)}:" for term in terms for form in term.forms}
    keys = [*candidates(language, terms, only), *near]
    narrowed = " AND vector @@ %s::tsquery" if only else ""
    fit = known_share(terms)
    with connection.cursor() as cursor:
        cursor.execute(VECTORS + narrowed, [keys, language, *filter(None, [only])])
        for key, document_id, anchor, vector in cursor.fetchall():
            found = Found.read(vector, wanted)
            yield Rated(key, (document_id, anchor or key), terms, found, fit * score(terms, found))


def fused(rated: Iterable[Rated], near: list[int]) -> list[Rated]:
    """The best first: by their words alone, or by both rankings, each worth the reciprocal of the rank."""
    by_words = sorted(rated, key=lambda one: (-one.score, one.key))
    if not near:
        return by_words
    worth = {one.key: 1 / (EVEN + rank) for rank, one in enumerate(by_words, start=1) if one.score}
    for rank, key in enumerate(near, start=1):
        worth[key] = worth.get(key, 0.0) + 1 / (EVEN + rank)
    return sorted(by_words, key=lambda one: -worth[one.key])


def of_sections(ranked: Iterable[Rated]) -> Iterable[Rated]:
    """The first of each section."""
    best: dict[tuple[UUID, str | int], Rated] = {}
    for one in ranked:
        best.setdefault(one.section, one)
    return best.values()


def hits_of(rated: list[Rated]) -> list[Hit]:
    passages = Passage.objects.select_related("document").defer("vector", "document__text")
    texts = passages.in_bulk([one.key for one in rated])
    return [hit(texts[one.key], one) for one in rated if one.key in texts]


def hit(passage: Passage, rated: Rated) -> Hit:
    return Hit(
        document_id=passage.document.pk,
        path=passage.document.path,
        title=passage.document.title,
        headings=tuple(passage.headings),
        anchor=passage.anchor,
        text=passage.text,
        language=passage.document.language,
        terms=tuple(rated.terms),
        score=rated.score,
        coverage=coverage(rated.terms, rated.found),
        heading_share=heading_share(rated.terms, rated.found),
    )
