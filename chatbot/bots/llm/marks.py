import re
from collections.abc import Iterator

SIGN = re.compile(r"`+|\n|\[(\d{1,3})\]")
UNFINISHED = re.compile(r"(?:`{1,64}|\[\d{0,3})\Z")
BLOCK = 3
"""Backticks from which on they fence a block, which goes on over the end of its line."""


class Marks:
    """Finds the marks `[n]` in Markdown that comes piece by piece, wherever it is cut, and not in code."""

    def __init__(self) -> None:
        self._tail = ""
        self._code = ""

    def feed(self, piece: str) -> Iterator[int]:
        """The numbers of the marks that this piece completes."""
        text = self._tail + piece
        unfinished = UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._tail = text[end:]
        for mark in self.found(text[:end]):
            yield int(mark[1])

    def found(self, text: str) -> Iterator[re.Match[str]]:
        for sign in SIGN.finditer(text):
            if sign[1] is None:
                self._turn(sign[0])
            elif not self._code:
                yield sign

    def _turn(self, sign: str) -> None:
        is_block = len(self._code) >= BLOCK
        if sign == "\n":
            self._code = self._code if is_block else ""
        elif not self._code:
            self._code = sign
        elif sign == self._code or (is_block and sign.startswith(self._code)):
            self._code = ""


def without_marks(text: str) -> str:
    """The text, and no marks: for one whose numbers would mean something else now."""
    kept, begin = [], 0
    for mark in Marks().found(text):
        kept.append(text[begin : mark.start()].removesuffix(" "))
        begin = mark.end()
    return "".join([*kept, text[begin:]])
