import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from .footnotes import DEFINITION

BLANK = " \t\r\n"
INDENTED = (" ", "\t")
CODE = ("    ", "\t")
# With what a line may end a paragraph, or make something else of it: a heading, a table, a definition.
STARTING = frozenset("#`~>|_*+-=:[0123456789")
LISTS = {"bullet_list_open", "ordered_list_open"}
INDENTING = {*LISTS, DEFINITION}
# What a line without an indent ends, whatever it is.
ENDING = {"heading_open", "hr", "code_block"}
# With what a block goes on, beside the bullet of a list.
MARKS = {"blockquote_open": ">", "table_open": "|", "ordered_list_open": "0123456789"}


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """The last top-level block of a text that grows: what it was when the parser last saw it.

    `closing` is the line that ends it, for code between fences. It guesses from the beginnings of lines, so
    that the parser is not asked after each: when it is wrong, a block is noticed late.
    """

    kind: str = "paragraph_open"
    marks: str = ""
    closing: re.Pattern[str] | None = None

    def may_end_at(self, line: str, *, after_blank: bool) -> bool:
        """Whether this line may begin another block, or make something else of this one."""
        if self.closing is not None:
            return self.closing.match(line) is not None
        first = line.lstrip(" \t")[:1]
        if not first or first in BLANK:
            return False
        return self._may_end(line, first, after_blank)

    def may_end_within(self, beginning: str) -> bool:
        """The same of the beginning of a line after a blank one, however it goes on."""
        undecided = "-+*0123456789[" if self.kind == DEFINITION else "-+*0123456789"
        return self.closing is None and beginning[:1] not in {"", *BLANK, *undecided}

    def _may_end(self, line: str, first: str, after_blank: bool) -> bool:
        if self._goes_on(line):
            return False
        if first in self.marks:
            return after_blank and self.kind not in LISTS
        return after_blank or first in STARTING or self.kind in ENDING

    def _goes_on(self, line: str) -> bool:
        if self.kind == "code_block":
            return line.startswith(CODE)
        return self.kind in INDENTING and line.startswith(INDENTED)


def open_block(token: Token, lines: Sequence[str]) -> OpenBlock:
    """The one that this token opens; `lines` are all that there are of it."""
    if token.type != "fence":
        bullet = token.markup if token.type == "bullet_list_open" else ""
        return OpenBlock(token.type, MARKS.get(token.type, bullet))
    mark = token.markup
    closing = re.compile(rf" {{0,3}}{re.escape(mark)}{re.escape(mark[0])}*[ \t]*[\r\n]*\Z")
    is_closed = any(closing.match(line) for line in lines[1:])
    return OpenBlock("hr") if is_closed else OpenBlock("fence", closing=closing)
