from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

from django.db import connection
from django.db.models import Count, Q

from .lexemes import separated
from .models import Document, Word
from .spelling import nearest

LONGEST_QUESTION = 2_000
"""Characters that are looked at; more is no question."""
MOST_TERMS = 30

ASIDE = frozenset(
    {
        *("can", "cant", "could", "let", "like", "look", "might", "shall", "want", "would"),
        *("describ", "explain", "know", "show", "tell", "understand", "wonder"),
        *("hello", "hey", "hi", "okay", "pleas", "thank", "thx"),
        *("actual", "anyth", "exact", "just", "mayb", "realli", "someth", "thing", "whatev"),
    }
)
"""What people say around an English question: it is not what they ask for."""

ASKING = frozenset(
    "".join(sorted(word))
    for word in (
        "how",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "does",
        "the",
        "that",
        "this",
        "with",
        "from",
    )
)

VAGUE = frozenset(
    {
        *("do", "get", "give", "go", "happen", "make", "mean", "need", "use", "work"),
        *("long", "mani", "much", "possibl", "way"),
    }
)
"""English words that ask for something about the others, and weigh less than they are rare."""
VAGUE_MASS = 0.3

GUESSED = 0.8
"""How much a word counts that was found under another spelling."""
CONTEXT_MASS = 0.4
"""What a word of the question before weighs, when this one refers back to it."""

UNSEEN = 20
"""Passages added to those there are: in a few alone every word would be common but those of no document."""

LEXEMES = """
    SELECT asked.lexeme, coalesce(word.passages, 0)
    FROM unnest(to_tsvector(%(language)s::regconfig, %(text)s)) AS asked
    LEFT JOIN knowledge_word word ON word.language = %(language)s AND word.lexeme = asked.lexeme
    ORDER BY asked.positions[1]
"""


@dataclass(frozen=True)
class Term:
    """A word of the question in its language. `mass` is how much it tells: its inverse document frequency.

    `lexeme` is what is looked for: another than was asked where that looks like a slip, with less `trust`.
    `asked` is false for a word that comes from the question before.
    """

    lexeme: str
    mass: float
    trust: float = 1.0
    asked: bool = True

    @property
    def is_vague(self) -> bool:
        return self.lexeme in VAGUE


def as_context(term: Term) -> Term:
    return replace(term, mass=term.mass * CONTEXT_MASS, asked=False)


def telling(terms: list[Term]) -> list[Term]:
    """The terms that an answer must speak of: what is asked for, else what was asked before, else what is
    there, however vague."""
    clear = [term for term in terms if not term.is_vague]
    return [term for term in clear if term.asked] or clear or terms


def languages() -> dict[str, int]:
    """The languages of the knowledge, and how many passages each has."""
    counted = Document.objects.values("language").annotate(count=Count("passages"))
    return dict(counted.values_list("language", "count"))


def terms_of(question: str, language: str, passages: int) -> list[Term]:
    """What the question asks for, in its order: no stop words, none of what is said around it."""
    text = separated(question[:LONGEST_QUESTION])
    with connection.cursor() as cursor:
        cursor.execute(LEXEMES, {"language": language, "text": text})
        found: Sequence[tuple[str, int]] = cursor.fetchall()
    terms = [
        term(lexeme, count, language, passages)
        for lexeme, count in found
        if lexeme not in ASIDE and (count or not is_asking(lexeme))
    ]
    once = list({term.lexeme: term for term in terms}.values())
    lightest = sorted(term.mass for term in once)[-MOST_TERMS:][:1]
    return [term for term in once if [term.mass] >= lightest][:MOST_TERMS]


def is_asking(lexeme: str) -> bool:
    """Whether an unknown word is `hwo` or `waht`: a stop word with its letters in another order."""
    return "".join(sorted(lexeme)) in ASKING


def term(lexeme: str, count: int, language: str, passages: int) -> Term:
    meant = lexeme if count else nearest(lexeme, similar(lexeme, language))
    if meant is None:
        return Term(lexeme, mass(lexeme, 0, passages))
    if meant == lexeme:
        return Term(lexeme, mass(lexeme, count, passages))
    known = Word.objects.get(language=language, lexeme=meant).passages
    return Term(meant, mass(meant, known, passages), GUESSED)


def mass(lexeme: str, count: int, passages: int) -> float:
    """A word that no passage has is as rare as one that a single passage has."""
    count = max(count, 1)
    rarity = log(1 + (max(passages - count, 0) + UNSEEN + 0.5) / (count + 0.5))
    return rarity * VAGUE_MASS if lexeme in VAGUE else rarity


def similar(lexeme: str, language: str) -> list[tuple[str, int]]:
    """Known words that begin with the same letter or end with the same two: slips in both are rare."""
    words = Word.objects.filter(language=language).filter(
        Q(lexeme__startswith=lexeme[0]) | Q(lexeme__endswith=lexeme[-2:])
    )
    return list(words.values_list("lexeme", "passages"))
