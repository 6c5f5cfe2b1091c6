"""What the sizes and places of a PDF's lines tell: its headings, its paragraphs, its pages.

A page that goes on with a section begins a part of it, `Page 4`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from .escaping import escaped
from .pdf_lines import SOFT_HYPHEN, Line

LARGER = 1.12
"""How much larger than the rest of the text a line must be to be a heading."""
LONGEST_HEADING = 150
"""Characters of a heading; what is longer is text that is set large."""
MOST_HEADINGS = 0.4
"""The share of the characters that headings may have: where they have more, size tells nothing."""
LEVELS = 4
PAGE = "###### Page "
GAP = 0.6
"""The distance to the line above, in heights of a line, that begins a paragraph."""
REPEATED = 0.6
"""The share of pages on which a first or last line must stand to be no part of the text."""
FEW_PAGES = 4
BULLET = re.compile(r"\A[\u2022\u25aa\u25cf\u25e6\u2023\u2043\u00b7\uf0b7]\s*")
DIGITS = re.compile(r"\d+")


def markdown_of(pages: list[list[Line]]) -> str:
    pages = without_repeated(pages)
    levels = levels_of([line for page in pages for line in page])
    return "\n\n".join(
        block for number, page in enumerate(pages, start=1) for block in blocks(number, page, levels)
    )


def without_repeated(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without what stands at the head or the foot of most: titles, numbers of pages."""
    if len(pages) < FEW_PAGES:
        return pages
    edges = Counter(mark for page in pages for mark in {shape(line) for line in (*page[:1], *page[-1:])})
    repeated = {mark for mark, count in edges.items() if count >= REPEATED * len(pages)}
    return [
        [line for at, line in enumerate(page) if 0 < at < len(page) - 1 or shape(line) not in repeated]
        for page in pages
    ]


def shape(line: Line) -> str:
    return DIGITS.sub("0", line.text)


def levels_of(lines: list[Line]) -> dict[float, int]:
    """The sizes that headings have, and the level of each: 1 for the largest."""
    characters: Counter[float] = Counter()
    for line in lines:
        characters[line.size] += len(line.text)
    if not characters:
        return {}
    usual = characters.most_common(1)[0][0]
    headings = [line for line in lines if line.size >= LARGER * usual and is_short(line)]
    if sum(len(line.text) for line in headings) > MOST_HEADINGS * characters.total():
        return {}
    sizes = sorted({line.size for line in headings}, reverse=True)
    return {size: min(level, LEVELS) for level, size in enumerate(sizes, start=1)}


def is_short(line: Line) -> bool:
    return len(line.text) <= LONGEST_HEADING and any(character.isalpha() for character in line.text)


def blocks(number: int, page: list[Line], levels: dict[float, int]) -> Iterator[str]:
    """Headings and paragraphs of a page; what comes before its first heading stands under its number."""
    begun = False
    for is_heading, group in groupby(
        paragraphs(page, levels), key=lambda lines: level_of(lines[0], levels) > 0
    ):
        if not is_heading and not begun:
            yield f"{PAGE}{number}"
        begun = True
        yield from (block(lines, levels) for lines in group)


def level_of(line: Line, levels: dict[float, int]) -> int:
    """0 for a line that is no heading."""
    return levels.get(line.size, 0) if is_short(line) else 0


def paragraphs(page: list[Line], levels: dict[float, int]) -> Iterator[list[Line]]:
    """Lines that belong together, in their order."""
    together: list[Line] = []
    for line in page:
        if together and begins(together[-1], line, levels):
            yield together
            together = []
        together.append(line)
    if together:
        yield together


def begins(before: Line, line: Line, levels: dict[float, int]) -> bool:
    """Whether a line begins something new: after a gap, in another size, at a bullet, in another column."""
    gap = before.bottom - line.top
    is_near = -0.5 * line.size <= gap <= GAP * min(before.size, line.size)
    return not is_near or level_of(before, levels) != level_of(line, levels) or bool(BULLET.match(line.text))


def block(lines: list[Line], levels: dict[float, int]) -> str:
    said = joined(line.text for line in lines)
    level = level_of(lines[0], levels)
    if level:
        return f"{'#' * level} {escaped(said)}"
    return f"- {escaped(BULLET.sub('', said))}" if BULLET.match(said) else escaped(said)


def joined(texts: Iterable[str]) -> str:
    """One line, with words whole again that were broken at its end."""
    return " ".join(texts).replace(f"{SOFT_HYPHEN} ", "").replace(SOFT_HYPHEN, "")
