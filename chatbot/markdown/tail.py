import re

from markdown_it.token import Token

from .render import PARSER
from .units import utf16

LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r(?!\Z))")
LINE_END = re.compile(r"\r\n|\r|\n")
MAY_CONTINUE_A_LIST = frozenset("-+*0123456789")
FIRST_CREDIT = 4_000
CREDIT_PER_LINE = 10


class Tail:
    """The end of a text that is still growing: from the start of its last top-level block.

    Looking for the next block means parsing all of the tail, so looks are paid for: each line that comes
    in earns credit for a few. A block of up to about a hundred lines is looked at with every line; the
    next after a longer one is noticed a few per cent of its length late.
    """

    def __init__(self) -> None:
        self.units = 0
        self._lines: list[str] = []
        self._partial: list[str] = []
        self._looked_at_partial = False
        self._partial_begins = False
        self._open_fence: re.Pattern[str] | None = None
        self._credit = FIRST_CREDIT

    def add(self, text: str) -> str:
        """The source of the blocks that are now complete, and are no more in the tail; "" for none."""
        self.units += utf16(text)
        self._partial.append(text)
        news = [self._new_lines(), self._begins_a_block()]
        if not any(news) or not self._afford():
            return ""
        return self._take(self._last_block())

    def _new_lines(self) -> bool:
        """Moves what is now complete from the partial line to the lines; True if a block may have begun.

        A CR at the very end waits: an LF may follow.
        """
        if not any(end in piece for piece in self._partial[-2:] for end in "\r\n"):
            return False
        text = "".join(self._partial)
        lines = LINE.findall(text)
        self._partial = [text[sum(map(len, lines)) :]]
        self._lines += lines
        self._looked_at_partial = self._partial_begins = False
        self._credit += CREDIT_PER_LINE * len(lines)
        return any(line.strip(" \t\r\n") for line in lines) and not self._in_fence(lines)

    def _in_fence(self, lines: list[str]) -> bool:
        if self._open_fence and any(self._open_fence.match(line) for line in lines):
            self._open_fence = None
        return self._open_fence is not None

    def _begins_a_block(self) -> bool:
        """Whether a line after a blank one starts with something that no more text can turn into a list.

        Such a line has begun a block with its first character: no need to wait for its end.
        """
        if self._looked_at_partial or self._open_fence or not self._lines or self._lines[-1].strip(" \t\r\n"):
            return False
        first = "".join(self._partial)[:1]
        self._looked_at_partial = bool(first)
        self._partial_begins = bool(first) and not first.isspace() and first not in MAY_CONTINUE_A_LIST
        return self._partial_begins

    def _afford(self) -> bool:
        if self._credit < len(self._lines):
            return False
        self._credit -= len(self._lines)
        return True

    def _last_block(self) -> int:
        """The line at which the last of several top-level blocks begins, 0 when there are not several."""
        partial = self._partial if self._partial_begins else []
        tokens: list[Token] = []
        PARSER.block.parse(LINE_END.sub("\n", "".join(self._lines + partial)), PARSER, {}, tokens)
        starts = [token for token in tokens if token.level == 0 and token.nesting >= 0]
        self._note_fence(starts)
        return start_of(starts[-1]) if len(starts) > 1 else 0

    def _note_fence(self, starts: list[Token]) -> None:
        if not starts or starts[-1].type != "fence":
            return
        mark = starts[-1].markup
        closing = re.compile(rf" {{0,3}}{re.escape(mark)}{re.escape(mark[0])}*[ \t]*[\r\n]*\Z")
        if not any(closing.match(line) for line in self._lines[start_of(starts[-1]) + 1 :]):
            self._open_fence = closing

    def _take(self, count: int) -> str:
        taken = "".join(self._lines[:count])
        del self._lines[:count]
        self.units -= utf16(taken)
        return taken


def start_of(block: Token) -> int:
    return block.map[0] if block.map else 0
