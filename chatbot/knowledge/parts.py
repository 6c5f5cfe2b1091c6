"""The parts of a passage that can be quoted by themselves: sentences, items, rows and code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from .outline import Block, blocks
from .split import items

LONG_ITEM = 320
"""Characters; a longer item of a list is taken as the sentences in it."""
SENTENCE_END = re.compile(
    r"""(?:(?<=[.!?])|(?<=[.!?][)"'*_\]]))(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=["'(\[*_]*[A-Z0-9`])"""
)
ITEM_MARK = re.compile(r"\A\s*(?:[-+*]|\d+[.)])\s+")
LEADS_NOWHERE = re.compile(r"!?\[([^\]]+)\](?:\((?!https?:|mailto:)[^)]*\)|\[[^\]]*\])")


@dataclass(frozen=True)
class Part:
    """`block` counts the passage's blocks; a part that `flows` is one of the sentences of its block;
    `head` is what must stand above it: a table's first two lines."""

    source: str
    block: int
    flows: bool = False
    head: str = ""

    @property
    def introduces(self) -> bool:
        return self.source.endswith(":")


def parts_of(text: str) -> list[Part]:
    return [part for number, block in enumerate(blocks(text)) for part in parts_of_block(block, number)]


def parts_of_block(block: Block, number: int) -> Iterator[Part]:
    if block.kind in {"fence", "code_block"}:
        yield Part(block.source, number)
        return
    source = LEADS_NOWHERE.sub(r"\1", block.source)
    if block.kind == "paragraph_open":
        yield from sentences(source, number)
    elif block.kind == "table_open":
        lines = source.split("\n")
        yield from (Part(row, number, head="\n".join(lines[:2])) for row in lines[2:])
    elif block.kind in {"bullet_list_open", "ordered_list_open"}:
        yield from (part for item in items(source) for part in parts_of_item(item, number))
    else:
        yield Part(source, number)


def parts_of_item(item: str, number: int) -> Iterator[Part]:
    if len(item) > LONG_ITEM and "```" not in item:
        yield from sentences(ITEM_MARK.sub("", item), number)
    else:
        yield Part(item, number)


def sentences(paragraph: str, number: int) -> Iterator[Part]:
    for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
        yield Part(sentence, number, flows=True)


def joined(parts: list[Part], chosen: set[int]) -> str:
    """Markdown of the chosen parts in their order, `…` between sentences that do not follow each other.

    A table that was cut into several is one again.
    """
    by_block = groupby(sorted(chosen), key=lambda index: parts[index].head or parts[index].block)
    return "\n\n".join(block_of(parts, list(indexes)) for _, indexes in by_block)


def block_of(parts: list[Part], indexes: list[int]) -> str:
    said = "\n".join(filter(None, [parts[indexes[0]].head, parts[indexes[0]].source]))
    for before, index in pairwise(indexes):
        gap = "" if index == before + 1 else "… "
        said += f" {gap}{parts[index].source}" if parts[index].flows else f"\n{parts[index].source}"
    return said
