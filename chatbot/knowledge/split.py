import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from chatbot.markdown.render import PARSER

from .outline import Block, blocks

SIZE = 900
"""Characters a passage aims at: about what a person reads as one answer."""
LONGEST = 3_000
"""Characters; no passage is longer, even where one block of the text is."""


@dataclass(frozen=True)
class Part:
    """A passage that is not in the database yet."""

    headings: tuple[str, ...]
    anchor: str
    text: str


def markdown_parts(text: str) -> Iterator[Part]:
    """Every section of a Markdown text, in pieces of about `SIZE` that end where a block or an item ends."""
    for (headings, anchor), section in groupby(blocks(text), lambda block: (block.headings, block.anchor)):
        pieces = [piece for block in section for piece in pieces_of(block)]
        yield from (Part(headings, anchor, packed) for packed in pack(pieces))


def plain_parts(text: str) -> Iterator[Part]:
    """A text without marks, in pieces of about `SIZE` that end where a paragraph ends."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    pieces = [piece for paragraph in paragraphs for piece in cut(paragraph)]
    return (Part((), "", packed) for packed in pack(pieces))


def pieces_of(block: Block) -> list[str]:
    """The block itself, or its items or rows when it is a long list or table."""
    if block.kind in {"bullet_list_open", "ordered_list_open"} and len(block.source) > SIZE:
        return list(pack((piece for item in items(block.source) for piece in cut(item)), joint="\n"))
    if block.kind == "table_open" and len(block.source) > SIZE:
        return list(shorter_tables(block.source))
    return [] if block.kind == "hr" else cut(block.source)


def items(source: str) -> list[str]:
    """The items of a list with all that is in them."""
    lines = source.split("\n")
    starts = [
        token.map[0]
        for token in PARSER.parse(source)
        if token.type == "list_item_open" and token.level == 1 and token.map
    ]
    return [
        "\n".join(lines[start:end]).strip("\n")
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def shorter_tables(source: str) -> Iterator[str]:
    """Tables of about `SIZE` with the rows of this one, each under its head; or what can be cut of one
    whose head or rows are too long for that."""
    head, rows = source.split("\n")[:2], source.split("\n")[2:]
    if len("".join(head)) > SIZE or any(len(row) > LONGEST - SIZE for row in rows):
        yield from cut(source)
        return
    for chunk in pack(rows, joint="\n"):
        yield "\n".join([*head, chunk])


def cut(piece: str) -> list[str]:
    """The piece, cut at lines or words only when it is longer than any passage may be."""
    parts: list[str] = []
    while len(piece) > LONGEST:
        end = max(piece.rfind("\n", 1, LONGEST), piece.rfind(" ", SIZE, LONGEST))
        end = end if end > 0 else LONGEST
        parts.append(piece[:end])
        piece = piece[end:].lstrip("\n")
    return [*parts, piece]


def pack(pieces: Iterable[str], joint: str = "\n\n") -> Iterator[str]:
    """The pieces joined in order, as many at a time as stay within `SIZE`."""
    packed = ""
    for piece in pieces:
        if packed and len(packed) + len(piece) > SIZE:
            yield packed
            packed = ""
        packed = f"{packed}{joint}{piece}" if packed else piece
    if packed:
        yield packed
