import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from .footnotes import DEFINITION, Env
from .open_block import OpenBlock, open_block
from .render import PARSER, render_part

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Look:
    """What the parser saw: so many lines are complete blocks, with this HTML, and what the rest is."""

    lines: int
    html: str
    rest: OpenBlock


def look(lines: Sequence[str], beginning: str, definitions: Env) -> Look:
    """Renders the blocks that are complete among these lines and the beginning of the next.

    A block is complete when the next has begun. Definitions of footnotes at the end are not: they are seen
    nowhere until the whole is rendered.
    """
    tokens: list[Token] = []
    source = LINE_END.sub("\n", "".join(lines)) + beginning
    PARSER.block.parse(source, PARSER, {}, tokens)
    starts = [token for token in tokens if token.level == 0 and token.nesting >= 0]
    if not starts:
        return Look(0, "", OpenBlock())
    count = _complete(starts)
    html = render_part("".join(lines[:count]), definitions) if count else ""
    begun = _line(starts[-1])
    return Look(count, html, OpenBlock() if begun == len(lines) else open_block(starts[-1], lines[begun:]))


def _complete(starts: Sequence[Token]) -> int:
    """The line at which the last of several begins, or the first of those definitions; 0 for none."""
    last = len(starts) - 1
    while last > 0 and starts[last].type == starts[last - 1].type == DEFINITION:
        last -= 1
    return _line(starts[last]) if last > 0 else 0


def _line(block: Token) -> int:
    return block.map[0] if block.map else 0
