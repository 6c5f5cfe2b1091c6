from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from .candidates import candidates
from .found import Found
from .lexemes import quoted
from .models import STEP, Passage
from .phrases import condition, without_exclusions
from .ranking import coverage, heading_share, score
from .terms import Term, as_context, terms_of
from .vocabulary import languages

LONGEST_QUESTION = 2_000
"""Characters that are looked at; more is no question."""
ENOUGH = 0.53
"""The share of what the question asks for, by the rarity of its words, that one passage must speak of."""

VECTORS = "SELECT id, document_id, anchor, vector::text FROM knowledge_passage WHERE id = ANY(%s)"


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
    found: Found
    score: float


def search(question: str, limit: int = 5, *, context: str = "") -> list[Hit]:
    """The passages that speak of the question, the best first, whether they answer it or not.

    One of each section. `context` is the questions before, when this one refers back to them. `"words in a
    row"` must stand in each passage just so, and the word of `-word` must not.
    """
    question, context = question[:LONGEST_QUESTION], context[-LONGEST_QUESTION:]
    hits: list[Hit] = []
    for language, passages in languages().items():
        terms = asked_for(question, context, language, passages)
        hits += hits_in(rated_in(language, terms, condition(question, language)), terms, limit)
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def asked_for(question: str, context: str, language: str, passages: int) -> list[Term]:
    asked = terms_of(without_exclusions(question), language, passages)
    known = {term.lexeme for term in asked}
    before = terms_of(context, language, passages) if context else []
    return [*asked, *(as_context(term) for term in before if term.lexeme not in known)]


def rated_in(language: str, terms: list[Term], only: str) -> Iterator[Rated]:
    """The passages that cover most of the terms."""
    wanted = {form: f" {quoted(form)}:" for term in terms for form in term.forms}
    with connection.cursor() as cursor:
        cursor.execute(VECTORS, [candidates(language, terms, only)])
        for key, document_id, anchor, vector in cursor.fetchall():
            found = Found.read(vector, wanted)
            yield Rated(key, (document_id, anchor or key), found, score(terms, found))


def hits_in(rated: Iterable[Rated], terms: list[Term], limit: int) -> list[Hit]:
    """The best passage of each section, the best first."""
    best: dict[tuple[UUID, str | int], Rated] = {}
    for one in sorted(rated, key=lambda one: (-one.score, one.key)):
        best.setdefault(one.section, one)
    chosen = list(best.values())[:limit]
    passages = Passage.objects.select_related("document").defer("vector", "document__text")
    texts = passages.in_bulk([one.key for one in chosen])
    return [hit(texts[one.key], terms, one) for one in chosen if one.key in texts]


def hit(passage: Passage, terms: list[Term], rated: Rated) -> Hit:
    return Hit(
        document_id=passage.document.pk,
        path=passage.document.path,
        title=passage.document.title,
        headings=tuple(passage.headings),
        anchor=passage.anchor,
        text=passage.text,
        language=passage.document.language,
        terms=tuple(terms),
        score=rated.score,
        coverage=coverage(terms, rated.found),
        heading_share=heading_share(terms, rated.found),
    )
