"""How much a passage speaks of a question, by where its words stand in it."""

from collections.abc import Sequence
from itertools import pairwise

from .found import Found, Said
from .terms import Term, telling

CLOSE_TOGETHER = 1.2
NEAR = 6
"""Words; two words of the question that are farther apart are not taken for one thought."""
HEADING_FITS = 1.0
"""What a heading is worth that says nothing but what was asked for, beside the mass of its words."""
USUAL_WORDS = 40
"""Different words of a passage; one with fewer is about little else than what it says."""
SHORTNESS = 0.6


def score(terms: Sequence[Term], found: Found) -> float:
    said = found.said(terms)
    short = 1 + SHORTNESS * (USUAL_WORDS / (USUAL_WORDS + found.words) - 0.5)
    return sum(one.worth() for one in said) * short + closeness(said) + heading_fit(said, found.heading_words)


def known_share(terms: Sequence[Term]) -> float:
    """The share of the terms' mass that the documents of a language know. A question in another language is
    mostly words that they do not, beside a few that look alike and mean something else: *die*, *also*."""
    total = sum(term.mass for term in terms)
    return sum(term.mass for term in terms if term.forms) / total if total else 0.0


def closeness(said: Sequence[Said]) -> float:
    """What neighbours in the question are worth for being near each other in the passage."""
    return sum(
        CLOSE_TOGETHER * min(one.mass, other.mass) / gap
        for one, other in pairwise(said)
        if (gap := apart(one.places.positions, other.places.positions)) <= NEAR
    )


def apart(one: Sequence[int], other: Sequence[int]) -> int:
    return min(max(abs(here - there), 1) for here in one for there in other)


def heading_fit(said: Sequence[Said], heading_words: int) -> float:
    """More, the more of its own heading was asked for."""
    named = [one.mass for one in said if "A" in one.places.weights]
    return HEADING_FITS * sum(named) * len(named) / heading_words if heading_words else 0.0


def coverage(terms: Sequence[Term], found: Found) -> float:
    """The share of the terms' mass that the passage speaks of; a vague word counts only in its heading."""
    asked = telling(terms)
    covered = [
        one.mass * one.places.trust
        for one in found.said(asked)
        if not one.term.is_vague or "A" in one.places.weights
    ]
    return sum(covered) / sum(term.mass for term in asked) if asked else 0.0


def heading_share(terms: Sequence[Term], found: Found) -> float:
    """The share of the terms' mass that its headings speak of; 0 when its own heading speaks of none."""
    asked = telling(terms)
    said = found.said(asked)
    if not any("A" in one.places.weights for one in said):
        return 0.0
    named = [one.mass for one in said if one.places.weights & {"A", "B"}]
    return sum(named) / sum(term.mass for term in asked)
