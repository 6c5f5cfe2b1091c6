from collections.abc import Callable
from functools import partial
from typing import Protocol

from .footnotes import known
from .look import Look, look
from .plain import plain
from .render import render
from .tail import Sight, Tail
from .units import utf16


class Work(Protocol):
    """A look that is cast elsewhere."""

    def done(self) -> bool: ...

    def result(self) -> Look: ...


Elsewhere = Callable[[Callable[[], Look]], Work]


class Blocks:
    """Markdown that arrives in pieces, as HTML of the top-level blocks that can't change any more.

    A block is complete when the next one has begun. Each is rendered once; the cost grows with the text,
    whatever the cuts. The HTML joined is the beginning of that of the whole, except where a link or a
    footnote was used before its definition came: `finish` puts that right (docs/markdown.md).

    With an `elsewhere`, for instance a thread, `feed` works on some 2,000 characters at most: what takes
    longer is rendered there, and a later `feed` brings it.
    """

    def __init__(self, name: str = "", elsewhere: Elsewhere | None = None) -> None:
        """`name`, of hexadecimal digits, is in the ids of footnotes."""
        self._name = name
        self._elsewhere = elsewhere
        self._text: list[str] = []
        self._html: list[str] = []
        self._tail = Tail()
        self._definitions = known(name)
        self._sight: Sight | None = None
        self._work: Work | None = None

    def feed(self, text: str) -> str | None:
        """The HTML of the blocks that are complete by now and were not returned yet; None for none."""
        self._text.append(text)
        self._tail.add(text)
        html = self._brought() if self._work else self._looked()
        if html is not None:
            self._html.append(html)
        return html

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def html(self) -> str:
        """All that was returned so far."""
        return "".join(self._html)

    @property
    def open(self) -> int:
        """UTF-16 code units at the end of `text` that `html` does not cover."""
        return self._tail.units

    def finish(self) -> str:
        """The HTML of the whole text."""
        return render(self.text, self._name)

    def _looked(self) -> str | None:
        sight = self._tail.sight()
        if sight is None:
            return None
        seen = partial(look, sight.lines, sight.beginning, self._definitions)
        if self._elsewhere is None or sight.is_small:
            return self._taken(sight, seen())
        self._sight, self._work = sight, self._elsewhere(seen)
        return None

    def _brought(self) -> str | None:
        if self._work is None or self._sight is None or not self._work.done():
            return None
        sight, seen = self._sight, self._work.result()
        self._sight = self._work = None
        return self._taken(sight, seen)

    def _taken(self, sight: Sight, seen: Look) -> str | None:
        self._tail.forget(sight, seen)
        return seen.html if seen.lines else None


class PlainBlocks:
    """The same for a bot that does not speak Markdown: one paragraph, complete only at the end."""

    html = ""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._units = 0

    def feed(self, text: str) -> str | None:
        self._text.append(text)
        self._units += utf16(text)
        return None

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def open(self) -> int:
        return self._units

    def finish(self) -> str:
        return plain(self.text)
