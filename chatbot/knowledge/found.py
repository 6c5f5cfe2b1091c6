import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from .terms import Term

IN_ITS_HEADING = 1.0
IN_A_HEADING_ABOVE = 0.3
IN_CODE = 0.8
SAID_AGAIN = 0.2

HAS_A_HEADING_PLACE = re.compile(r"':[\dBCD,]*\dA")
END_OF_A_LEXEME = "':"


@dataclass(frozen=True)
class Places:
    """Where a word stands in a passage: positions, and the weights that they have between them (A to D)."""

    positions: tuple[int, ...]
    weights: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Self:
        """What a `tsvector` says behind a lexeme: `1A,5,7C`; D is left out there."""
        places = text.split(",")
        return cls(
            tuple(int(place.rstrip("ABC")) for place in places),
            frozenset(place[-1] if place[-1] in "ABC" else "D" for place in places),
        )

    @property
    def trust(self) -> float:
        """Code names things, and says little about them."""
        return IN_CODE if self.weights == {"C"} else 1.0

    @property
    def worth(self) -> float:
        """More in a heading, somewhat more when it is said again."""
        again = 1 - 1 / len(self.positions)
        heading = IN_ITS_HEADING * ("A" in self.weights) + IN_A_HEADING_ABOVE * ("B" in self.weights)
        return self.trust * (1 + heading + SAID_AGAIN * again)


@dataclass(frozen=True)
class Found:
    """What a passage has of the words that were looked for, and how many words its own heading and all of it
    have, each counted once."""

    places: Mapping[str, Places]
    heading_words: int
    words: int

    @classmethod
    def read(cls, vector: str, wanted: Mapping[str, str]) -> Self:
        """Out of the text of its `tsvector`: reading it here costs a third of what `unnest` does.

        `wanted` has lexemes, each with how its entry begins.
        """
        there = f" {vector} "
        return cls(
            {
                lexeme: Places.read(there[start : there.index(" ", start)])
                for lexeme, beginning in wanted.items()
                if (start := there.find(beginning) + len(beginning)) >= len(beginning)
            },
            heading_words=len(HAS_A_HEADING_PLACE.findall(there)),
            words=there.count(END_OF_A_LEXEME),
        )

    def said(self, terms: Iterable[Term]) -> list["Said"]:
        """What the passage says of the terms, in their order; each in the form that it speaks of best."""
        return [said for term in terms if (said := max(self._forms(term), key=Said.worth, default=None))]

    def _forms(self, term: Term) -> Iterator["Said"]:
        for lexeme, trust in term.forms.items():
            if lexeme in self.places:
                yield Said(term, term.mass * trust, self.places[lexeme])


@dataclass(frozen=True)
class Said:
    """A term that a passage speaks of. `mass` is what of the term's mass is trusted to be meant."""

    term: Term
    mass: float
    places: Places

    def worth(self) -> float:
        return self.mass * self.places.worth
