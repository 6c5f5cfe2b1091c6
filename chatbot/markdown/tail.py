import re
from dataclasses import dataclass

from .look import Look
from .open_block import BLANK, OpenBlock
from .units import utf16

LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")
LINE_COST = 60
FIRST_CREDIT = 10_000
FIRST_LOOK = 500
CREDIT = 3
SMALL = 2_000
JUDGED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look is cast on: lines, and the beginning of the next where that has begun a block.

    Its cost, as that of everything here, is counted in characters, of which a line has 60 more than it has.
    """

    lines: tuple[str, ...]
    beginning: str
    cost: int

    @property
    def is_small(self) -> bool:
        return self.cost <= SMALL


class Tail:
    """The end of a text that is still growing: from the start of its last top-level block.

    Looking for the next block means parsing all of the tail, so it is looked at only when a line may have
    begun one, and looks are paid for: what comes in earns credit for being parsed three times. One that has
    doubled is looked at in any case. So all looks together parse a text five times at most.
    """

    def __init__(self) -> None:
        self.units = 0
        self._lines: list[str] = []
        self._partial: list[str] = []
        self._judged = 0
        self._cost = self._looked_at = 0
        self._credit = FIRST_CREDIT
        self._block = OpenBlock()
        self._is_due = self._has_seen_beginning = False

    def add(self, text: str) -> None:
        self.units += utf16(text)
        self._partial.append(text)
        self._take_lines()
        self._judge()

    def sight(self) -> Sight | None:
        """What is to be looked at now; whoever takes it brings the look by `forget`."""
        if not (self._has_doubled() or (self._is_due and self._credit >= self._cost)):
            return None
        beginning = self._beginning()
        self._credit = max(0, self._credit - self._cost)
        self._looked_at = self._cost
        self._is_due, self._has_seen_beginning = False, bool(beginning)
        return Sight(tuple(self._lines), beginning, self._cost)

    def forget(self, sight: Sight, look: Look) -> None:
        """What is complete is in the tail no more; text may have come since the sight was taken."""
        taken = "".join(self._lines[: look.lines])
        del self._lines[: look.lines]
        self.units -= utf16(taken)
        self._cost -= cost(taken, look.lines)
        self._looked_at = sight.cost - cost(taken, look.lines)
        self._block = look.rest
        self._judged = len(sight.lines) - look.lines
        self._is_due = False
        self._judge()

    def _take_lines(self) -> None:
        """Moves what is now complete from the partial line to the lines.

        A CR at the very end waits: an LF may follow.
        """
        if not any(end in piece for piece in self._partial[-2:] for end in "\r\n"):
            return
        text = "".join(self._partial)
        body = text.removesuffix("\r")
        end = max(body.rfind("\n"), body.rfind("\r")) + 1
        if not end:
            return
        lines = LINE.findall(body[:end])
        self._partial = [text[end:]]
        self._has_seen_beginning = False
        self._lines += lines
        earned = cost(body[:end], len(lines))
        self._cost += earned
        self._credit += CREDIT * earned

    def _judge(self) -> None:
        """Whether a look is due, by what was not judged yet.

        Of a piece with more lines than a model says at once the rest is judged with later ones.
        """
        until = min(len(self._lines), self._judged + JUDGED_AT_ONCE)
        while not self._is_due and self._judged < until:
            after_blank = self._judged > 0 and is_blank(self._lines[self._judged - 1])
            self._is_due = self._block.may_end_at(self._lines[self._judged], after_blank=after_blank)
            self._judged += 1
        if not self._is_due and not self._has_seen_beginning:
            self._is_due = bool(self._beginning())

    def _has_doubled(self) -> bool:
        return self._block.closing is None and self._cost >= max(2 * self._looked_at, FIRST_LOOK)

    def _beginning(self) -> str:
        """The first letter of a partial line after a blank one, where that has surely begun a block."""
        if not self._lines or not is_blank(self._lines[-1]):
            return ""
        first = next(filter(None, self._partial), "")[:1]
        return first if self._block.may_end_within(first) else ""


def is_blank(line: str) -> bool:
    return not line.strip(BLANK)


def cost(text: str, lines: int) -> int:
    return len(text) + LINE_COST * lines
