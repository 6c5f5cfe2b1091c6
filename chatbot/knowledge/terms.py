from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from django.db import connection

from .lexemes import separated
from .question_words import ASIDE, NONE, VAGUE
from .spelling import nearest
from .synonyms import synonyms
from .vocabulary import counts_of, similar

MOST_TERMS = 30

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

VAGUE_MASS = 0.5
"""The share of its mass that is left to a vague word."""

GUESSED = 0.8
"""How much a word counts that was found under another spelling."""
LIKE_IT = 0.6
"""How much a word counts that stands for the one that was asked, or goes on where it ends."""
SHORTEST_STEM = 5
"""Letters that two words must begin with to be taken for forms of one: `bench`, `benchmark`."""
MOST_FORMS = 8
CONTEXT_MASS = 0.6
"""What a word of the question before weighs, when this one refers back to it."""

UNSEEN = 20
"""Passages added to those there are: in a few alone every word would be common but those of no document."""

LEXEMES = """
    SELECT lexeme FROM unnest(to_tsvector(%s::regconfig, %s)) ORDER BY positions[1]
"""


@dataclass(frozen=True)
class Term:
    """A word of the question in its language. `mass` is how much it tells: its inverse document frequency.

    `forms` are the lexemes that are looked for, each with its trust (0 to 1): the word itself, others that
    are used for it, or the one that was meant where it looks like a slip. So many `passages` have one of
    these, at most. `asked` is false for a word that comes from the question before; a vague one only asks for
    something about the others.
    """

    lexeme: str
    mass: float
    forms: Mapping[str, float]
    passages: int = 0
    asked: bool = True
    is_vague: bool = False


def as_context(term: Term) -> Term:
    return replace(term, mass=term.mass * CONTEXT_MASS, asked=False)


def telling(terms: Sequence[Term]) -> list[Term]:
    """The terms that an answer must speak of: what is asked for, else what was asked before, else what is
    there, however vague."""
    clear = [term for term in terms if not term.is_vague]
    return [term for term in clear if term.asked] or clear or list(terms)


def terms_of(question: str, language: str, passages: int) -> list[Term]:
    """What the question asks for, in its order: no stop words, none of what is said around it."""
    asked = lexemes_of(question, language)
    counts = known(asked, language)
    slips = {typed: meant for typed in asked if (meant := intended(typed, counts, language))}
    if slips:
        counts |= known(list(slips.values()), language)
    terms = {
        slips.get(lexeme, lexeme): term(lexeme, slips.get(lexeme, lexeme), counts, language, passages)
        for lexeme in asked
        if lexeme in counts or not is_asking(lexeme)
    }
    lightest = sorted(term.mass for term in terms.values())[-MOST_TERMS:][:1]
    return [term for term in terms.values() if [term.mass] >= lightest][:MOST_TERMS]


def lexemes_of(question: str, language: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(LEXEMES, [language, separated(question)])
        said = [lexeme for (lexeme,) in cursor.fetchall()]
    aside = ASIDE.get(language, NONE)
    return [lexeme for lexeme in said if lexeme not in aside][: 2 * MOST_TERMS]


def is_asking(lexeme: str) -> bool:
    """Whether an unknown word is `hwo` or `waht`: a stop word with its letters in another order."""
    return "".join(sorted(lexeme)) in ASKING


def known(lexemes: Sequence[str], language: str) -> dict[str, int]:
    """Those of the words, and of their possible forms, that the knowledge has; in how many passages."""
    alike = synonyms(language)
    exact = {*lexemes, *(other for one in lexemes for other in alike.get(one, ()))}
    shorter = {one[:end] for one in lexemes for end in range(SHORTEST_STEM, len(one))}
    return counts_of(exact | shorter, [one for one in lexemes if len(one) >= SHORTEST_STEM], language)


def intended(typed: str, counts: Mapping[str, int], language: str) -> str | None:
    if typed in counts or is_asking(typed) or forms(typed, counts, language):
        return None
    return nearest(typed, similar(typed, language))


def term(typed: str, meant: str, counts: Mapping[str, int], language: str, passages: int) -> Term:
    trust = 1.0 if typed == meant else GUESSED
    found = {form: trust * like for form, like in forms(meant, counts, language).items()}
    count = counts.get(meant) or max((counts[form] for form in found), default=0)
    is_vague = meant in VAGUE.get(language, NONE)
    weight = rarity(count, passages) * (VAGUE_MASS if is_vague else 1)
    return Term(meant, weight, found, sum(counts[form] for form in found), is_vague=is_vague)


def forms(lexeme: str, counts: Mapping[str, int], language: str) -> dict[str, float]:
    """The words to look for, each with its trust: at most `MOST_FORMS`, the commonest."""
    alike = synonyms(language).get(lexeme, frozenset())
    others = [
        other
        for other in counts
        if other in alike or (other != lexeme and is_longer(lexeme, other)) or is_longer(other, lexeme)
    ]
    common = sorted(set(others) - {lexeme}, key=lambda other: -counts[other])[:MOST_FORMS]
    own = {lexeme: 1.0} if lexeme in counts else {}
    return own | dict.fromkeys(common, LIKE_IT)


def is_longer(lexeme: str, other: str) -> bool:
    """Whether the other word goes on where this one ends."""
    return len(lexeme) >= SHORTEST_STEM and other.startswith(lexeme) and other != lexeme


def rarity(count: int, passages: int) -> float:
    """A word that no passage has is as rare as one that a single passage has."""
    count = max(count, 1)
    return log(1 + (max(passages - count, 0) + UNSEEN + 0.5) / (count + 0.5))
