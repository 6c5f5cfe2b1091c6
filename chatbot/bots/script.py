import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Self

from .pace import paced
from .protocol import BotError, Question

MOST_WORDS = 50_000
FASTEST = 100_000.0
SLOWEST = 0.1
DEFAULT_RATE = 50.0


@dataclass(frozen=True)
class Script:
    """What `words=200 rate=50 fail_after=20` asks for, wherever in the text it stands."""

    words: int
    rate: float
    fail_after: int | None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None when the text has no `words=N`. A number out of bounds is a `BotError` that names them."""
        words = re.search(r"\bwords=(\d{1,9})\b", text)
        if words is None:
            return None
        rate = re.search(r"\brate=(\d{1,9}(?:\.\d{1,9})?)", text)
        fail_after = re.search(r"\bfail_after=(\d{1,9})\b", text)
        script = cls(
            words=int(words[1]),
            rate=float(rate[1]) if rate else DEFAULT_RATE,
            fail_after=int(fail_after[1]) if fail_after else None,
        )
        script.check()
        return script

    def check(self) -> None:
        if not 1 <= self.words <= MOST_WORDS:
            raise BotError(f"words={self.words} is not possible: give a number from 1 to {MOST_WORDS}.")
        if not SLOWEST <= self.rate <= FASTEST:
            raise BotError(
                f"rate={self.rate:g} is not possible: give words a second, from {SLOWEST:g} to {FASTEST:.0f}."
            )

    def pieces(self) -> Iterator[str]:
        for number in range(self.words):
            if number == self.fail_after:
                break
            yield f" w{number}" if number else "w0"
        if self.fail_after is not None and self.fail_after <= self.words:
            raise BotError(f"The script asked for a failure after {self.fail_after} words.")


class ScriptBot:
    """Says the same thing every time it is asked the same: for demos, tests and load.

    `words=200 rate=50` is answered `w0 w1 … w199`, 50 words a second; `fail_after=20` fails after 20 of
    them. Any other text is said back, word by word, to the last space.
    """

    markdown = False
    longest_echo = 5.0
    """Seconds that saying a text back may take; a longer one is said faster."""

    async def answer(self, question: Question) -> AsyncIterator[str]:
        script = Script.read(question.text)
        if script is None:
            words = re.findall(r"\s*\S+|\s+", question.text)
            pieces = paced(words, max(DEFAULT_RATE, len(words) / self.longest_echo))
        else:
            pieces = paced(script.pieces(), script.rate)
        async for piece in pieces:
            yield piece
