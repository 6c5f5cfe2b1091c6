from typing import Any

from .plain import plain
from .render import render
from .tail import Tail
from .units import utf16


class Blocks:
    """Markdown that arrives in pieces, as HTML of the top-level blocks that can't change any more.

    A block is complete when the next one has begun. Each is rendered once; the cost grows with the
    text, whatever the cuts. The HTML joined, with that of the rest, is that of the whole, except where
    a link was used before its definition came: `finish` puts that right.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._html: list[str] = []
        self._tail = Tail()
        self._definitions: dict[str, Any] = {}

    def feed(self, text: str) -> str | None:
        """The HTML of the blocks that this text completed; None when it completed none."""
        self._text.append(text)
        completed = self._tail.add(text)
        if not completed:
            return None
        html = render(completed, self._definitions)
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
        return render(self.text)


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
