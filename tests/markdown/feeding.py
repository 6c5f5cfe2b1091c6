import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.common.utils import normalizeReference

from chatbot.markdown.blocks import Blocks, Elsewhere
from chatbot.markdown.footnotes import Env, known
from chatbot.markdown.look import LINE_END, Look
from chatbot.markdown.render import PARSER, render, render_part

Parts = tuple[tuple[str, str | None], ...]
LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)+)(?=\])", re.DOTALL)
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")


def pieces_of(text: str, cuts: Iterable[int]) -> list[str]:
    """`text` cut at these places, which may be more than it has."""
    places = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def fed(pieces: Iterable[str], elsewhere: Elsewhere | None = None) -> tuple[Blocks, list[str]]:
    """The blocks after all pieces, and the HTML that was returned on the way."""
    blocks = Blocks(elsewhere=elsewhere)
    returned = [blocks.feed(piece) for piece in pieces]
    return blocks, [html for html in returned if html is not None]


def last_units(text: str, count: int) -> str:
    """The end of `text`, `count` UTF-16 code units long."""
    encoded = text.encode("utf-16-le")
    return encoded[len(encoded) - 2 * count :].decode("utf-16-le")


def whole(text: str) -> str:
    """The HTML of the text without the footnotes at its end."""
    return render(text).partition('<hr class="footnotes-sep"')[0]


@dataclass(frozen=True)
class Rendered:
    """A part of a text: its HTML when it was complete, and in the end; the labels that are defined only after
    it; and whether what they change is also which footnotes there are before it.
    """

    source: str
    html: str
    finally_: str
    later: frozenset[str]
    is_after_shift: bool

    @property
    def has_changed(self) -> bool:
        return self.html != self.finally_

    @property
    def may_change(self) -> bool:
        """It refers to what is defined later, or has a footnote whose number that has shifted."""
        has_shifted = self.is_after_shift and FOOTNOTE.search(self.source) is not None
        return has_shifted or bool(uses(self.source) & self.later)


def rendered(pieces: Iterable[str], elsewhere: Elsewhere | None = None) -> list[Rendered]:
    """The parts of the text that `feed` completed, and at last what is open as if no more came."""
    return _in_the_end(_completed(pieces, elsewhere))


@dataclass(frozen=True)
class Later:
    """Looks at once, and does not say so before `is_done`."""

    is_done: Callable[[], bool]

    def __call__(self, look: Callable[[], Look]) -> "Promised":
        return Promised(look(), self.is_done)


@dataclass(frozen=True)
class Promised:
    seen: Look
    done: Callable[[], bool]

    def result(self) -> Look:
        return self.seen


def wrong_cuts(text: str) -> list[int]:
    """The places at which `text` can't be cut in two without changing what it says."""
    completed = [_completed(pieces_of(text, [cut])) for cut in range(len(text) + 1)]
    wrong = {parts for parts in set(completed) if not _are_right(text, parts)}
    return [cut for cut, parts in enumerate(completed) if parts in wrong]


def is_right(text: str, cuts: Iterable[int], elsewhere: Elsewhere | None = None) -> bool:
    """Nothing changes but what uses a later definition, and in the end it is what the whole is."""
    return _are_right(text, _completed(pieces_of(text, cuts), elsewhere))


def defined(text: str) -> Env:
    """All definitions of a text, and no footnote numbered."""
    env = known("")
    PARSER.block.parse(LINE_END.sub("\n", text), PARSER, env, [])
    return env


def uses(source: str) -> set[str]:
    """The labels that it may refer to."""
    return {form for name in LABEL.findall(source) for form in (name, normalizeReference(name))}


def labels(env: Env) -> set[str]:
    footnotes = ("^" + label.removeprefix(":") for label in env["footnotes"]["refs"])
    return {*env.get("references", {}), *footnotes}


def _completed(pieces: Iterable[str], elsewhere: Elsewhere | None = None) -> Parts:
    blocks, covered = Blocks(elsewhere=elsewhere), 0
    parts: list[tuple[str, str | None]] = []
    for piece in pieces:
        html = blocks.feed(piece)
        if html is not None:
            end = len(blocks.text) - len(last_units(blocks.text, blocks.open))
            parts.append((blocks.text[covered:end], html))
            covered = end
    return (*parts, (blocks.text[covered:], None))


def _are_right(text: str, completed: Parts) -> bool:
    parts = _in_the_end(completed)
    final = "".join(part.finally_ for part in parts)
    return final == whole(text) and all(part.may_change for part in parts if part.has_changed)


def _in_the_end(completed: Parts) -> list[Rendered]:
    text, is_shifted = "", False
    result = []
    before, after = known(""), defined("".join(source for source, _ in completed))
    for_all = labels(after)
    for source, html in completed:
        text += source
        then = render_part(source, before)
        later = frozenset(for_all - labels(defined(text)))
        is_shifted = is_shifted or bool(FOOTNOTE.search(source) and uses(source) & later)
        told = then if html is None else html
        result.append(Rendered(source, told, render_part(source, after), later, is_shifted))
    return result
