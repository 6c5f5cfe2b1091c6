from collections.abc import Iterable

SHORTEST = 4
"""Letters; a shorter word is one slip away from too many others."""
TWO_SLIPS_FROM = 8
"""Letters from which on two slips are still more likely than another word."""
SURE_START = 6
"""Letters up to which the first must be right: too many short words differ in nothing else."""


def nearest(word: str, known: Iterable[tuple[str, int]]) -> str | None:
    """The known word that was most likely meant, or None. `known` are words and how common they are.

    A slip is a letter too many, missing, wrong, or two swapped. A word that goes on where this one ends
    (`config`, `configuration`) is meant when no slip explains it.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return None
    allowed = 2 if len(word) >= TWO_SLIPS_FROM else 1
    best: tuple[int, bool, int, str] | None = None
    for other, common in known:
        slips = distance(word, other, allowed)
        if not other.startswith(word) and (slips > allowed or strays(word, other)):
            continue
        candidate = (min(slips, allowed + 1), other[0] != word[0], -common, other)
        best = min(best, candidate) if best else candidate
    return best[3] if best else None


def strays(word: str, other: str) -> bool:
    return len(word) < SURE_START and word[0] != other[0]


def distance(one: str, other: str, limit: int) -> int:
    """The number of slips between two words; above `limit`, just any number above it."""
    if abs(len(one) - len(other)) > limit or len(set(one) ^ set(other)) > 2 * limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        last, before, row = before, row, [at]
        for to, wanted in enumerate(other, start=1):
            slips = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                slips = min(slips, last[to - 2] + 1)
            row.append(slips)
    return row[-1]
