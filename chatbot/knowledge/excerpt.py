"""What of a passage answers: its sentences, items, rows and code that speak of the question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.db import connection

from .lexemes import separated
from .outline import Block, blocks, plain_words
from .search import Hit
from .split import items

WHOLE = 420
"""Characters; a passage up to this long is quoted as it is."""
BUDGET = 620
"""Characters that the chosen parts of a longer one may have."""
WORTH_SAYING = 0.7
"""The share of the best part's value that another needs to be quoted with it."""
LONG_ITEM = 320
SENTENCE_END = re.compile(
    r"""(?:(?<=[.!?])|(?<=[.!?][)"'*_\]]))(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=["'(\[*_]*[A-Z0-9`])"""
)
ITEM_MARK = re.compile(r"\A\s*(?:[-+*]|\d+[.)])\s+")
LEADS_NOWHERE = re.compile(r"!?\[([^\]]+)\](?:\((?!https?:|mailto:)[^)]*\)|\[[^\]]*\])")


@dataclass(frozen=True)
class Part:
    """A part of a passage that can be quoted by itself. `block` counts the passage's blocks, and `head`
    is what must stand above it: a table's first two lines."""

    source: str
    block: int
    flows: bool = False
    head: str = ""


def excerpt(hit: Hit) -> str:
    """Markdown: the passage, or what of it speaks of the question, `…` where something is left out."""
    parts = list(parts_of(hit.text))
    if sum(len(part.source) for part in parts) <= WHOLE:
        chosen = set(range(len(parts)))
    else:
        chosen = choose(parts, values(parts, hit))
    return LEADS_NOWHERE.sub(r"\1", joined(parts, chosen))


def parts_of(text: str) -> Iterator[Part]:
    for number, block in enumerate(blocks(text)):
        yield from parts_of_block(block, number)


def parts_of_block(block: Block, number: int) -> Iterator[Part]:
    if block.kind == "paragraph_open":
        yield from sentences(block.source, number)
    elif block.kind == "table_open":
        lines = block.source.split("\n")
        yield from (Part(row, number, head="\n".join(lines[:2])) for row in lines[2:])
    elif block.kind in {"bullet_list_open", "ordered_list_open"}:
        for item in items(block.source):
            yield from parts_of_item(item, number)
    else:
        yield Part(block.source, number)


def parts_of_item(item: str, number: int) -> Iterator[Part]:
    if len(item) > LONG_ITEM and "```" not in item:
        yield from sentences(ITEM_MARK.sub("", item), number)
    else:
        yield Part(item, number)


def sentences(paragraph: str, number: int) -> Iterator[Part]:
    for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
        yield Part(sentence, number, flows=True)


def values(parts: list[Part], hit: Hit) -> list[float]:
    """How much of the question each part speaks of, in the mass of its words."""
    texts = [separated(plain_words(part.source)) for part in parts]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector(%s::regconfig, part))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS asked(part, place) ORDER BY place",
            [hit.language, texts],
        )
        lexemes = [set(found) for (found,) in cursor.fetchall()]
    return [sum(term.mass * term.trust for term in hit.terms if term.lexeme in found) for found in lexemes]


def choose(parts: list[Part], values: list[float]) -> set[int]:
    """The best parts within the budget, and what they can't be understood without.

    Where no part speaks of the question, its heading does: then the beginning.
    """
    wanted = WORTH_SAYING * max(values, default=0)
    chosen: set[int] = set()
    left = BUDGET
    for index in sorted(range(len(parts)), key=lambda index: -values[index]):
        needed = {index, *companions(parts, index)} - chosen
        size = sum(len(parts[at].source) for at in needed)
        if values[index] >= wanted and (size <= left or not chosen):
            chosen |= needed
            left -= size
    return chosen


def companions(parts: list[Part], index: int) -> Iterator[int]:
    """What introduces a part (`…:`), and what a part introduces."""
    before = next((at for at in range(index - 1, -1, -1) if parts[at].block < parts[index].block), None)
    if before is not None and parts[before].source.endswith(":") and not parts[index].flows:
        yield before
    if parts[index].source.endswith(":") and index + 1 < len(parts):
        yield index + 1


def joined(parts: list[Part], chosen: set[int]) -> str:
    by_block = groupby(sorted(chosen), key=lambda index: parts[index].block)
    return "\n\n".join(block_of(parts, list(indexes)) for _, indexes in by_block)


def block_of(parts: list[Part], indexes: list[int]) -> str:
    first = parts[indexes[0]]
    if not first.flows:
        return "\n".join(filter(None, [first.head, *(parts[index].source for index in indexes)]))
    said = parts[indexes[0]].source
    for before, index in pairwise(indexes):
        said += (" " if index == before + 1 else " … ") + parts[index].source
    return said
