from collections.abc import Iterator

from django.db import connection

from .lexemes import separated
from .models import Passage
from .outline import plain_words
from .parts import Part, joined, parts_of
from .search import Hit
from .terms import Term

WHOLE = 420
"""Characters; a passage up to this long is quoted as it is."""
BUDGET = 620
"""Characters that the chosen parts of a longer one may have."""
LEAST = 120
"""Characters; less is quoted with what stands next to it."""
WORTH_SAYING = 0.7
"""The share of the best part's value that another needs to be quoted with it."""
ABOUT_THIS = 0.6
"""The share of the question in a heading from which on all of its section answers, from its beginning."""
BEGINNING = 0.6
"""The share of the budget that goes to the beginning of such a section."""
MOST_OF_A_SECTION = 3
SAID_BY_THE_HEADING = 0.3
"""How much a word counts in a part when the heading says it anyway."""


def excerpt(hit: Hit) -> str:
    """Markdown: the passage, or what of it speaks of the question, `…` where something is left out.

    Where the heading is what was asked for, the beginning of its section, and what stands out in it.
    """
    about_this = hit.heading_share >= ABOUT_THIS
    parts = parts_of(section(hit) if about_this else hit.text)
    if sum(len(part.source) for part in parts) <= WHOLE:
        return joined(parts, set(range(len(parts))))
    chosen = beginning(parts) if about_this else set()
    return joined(parts, grown(parts, choose(parts, values(parts, hit), chosen)))


def section(hit: Hit) -> str:
    passages = Passage.objects.filter(document=hit.document_id, anchor=hit.anchor).order_by("number")
    return "\n\n".join(passages.values_list("text", flat=True)[:MOST_OF_A_SECTION])


def values(parts: list[Part], hit: Hit) -> list[float]:
    """How much of the question each part speaks of, in the mass of its words."""
    heading, *found = lexemes_of(
        hit.language, [" ".join(hit.headings[-1:]), *(part.source for part in parts)]
    )
    return [sum(worth(term, lexemes, heading) for term in hit.terms) for lexemes in found]


def worth(term: Term, lexemes: set[str], heading: set[str]) -> float:
    there = [form for form in term.forms if form in lexemes]
    said = SAID_BY_THE_HEADING if heading & term.forms.keys() else 1.0
    return term.mass * said * max((term.forms[form] for form in there), default=0.0)


def lexemes_of(language: str, texts: list[str]) -> list[set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector(%s::regconfig, text))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS asked(text, place) ORDER BY place",
            [language, [separated(plain_words(text)) for text in texts]],
        )
        return [set(lexemes) for (lexemes,) in cursor.fetchall()]


def beginning(parts: list[Part]) -> set[int]:
    """The first parts, as many as have room in their share of the budget, and the first in any case."""
    sizes = [len(part.source) for part in parts]
    return {at for at in range(len(parts)) if sum(sizes[: at + 1]) <= BEGINNING * BUDGET} or {0}


def choose(parts: list[Part], values: list[float], chosen: set[int]) -> set[int]:
    """With those chosen already, the best parts that the budget has room for, and what they can't be
    understood without. Where no part speaks of the question, the first."""
    wanted = WORTH_SAYING * max(values)
    for index in sorted(range(len(parts)), key=lambda index: -values[index]):
        together = chosen | {index, *companions(parts, index)}
        if values[index] >= wanted and (size(parts, together) <= BUDGET or not chosen):
            chosen = together
    return chosen


def companions(parts: list[Part], index: int) -> Iterator[int]:
    """What introduces a part (`…:`), and what a part introduces."""
    before = next((at for at in range(index - 1, -1, -1) if parts[at].block < parts[index].block), None)
    if before is not None and parts[before].introduces and not parts[index].flows:
        yield before
    if parts[index].introduces and index + 1 < len(parts):
        yield index + 1


def grown(parts: list[Part], chosen: set[int]) -> set[int]:
    """The chosen parts and, while they say too little, what follows or else precedes them. A row of a
    table says enough."""
    while size(parts, chosen) < LEAST and len(chosen) < len(parts) and not parts[min(chosen)].head:
        following = next(
            (at + 1 for at in sorted(chosen) if at + 1 < len(parts) and at + 1 not in chosen), None
        )
        chosen = chosen | {min(chosen) - 1 if following is None else following}
    return chosen


def size(parts: list[Part], chosen: set[int]) -> int:
    return sum(len(parts[index].source) for index in chosen)
