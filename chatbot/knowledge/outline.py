"""The structure of a Markdown text: its top-level blocks in order, and the headings they stand under."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from markdown_it.token import Token

from chatbot.markdown.render import PARSER

CODE = frozenset({"fence", "code_block", "code_inline"})


class Anchors:
    """Names for the headings of one document, in its order: `#how-it-works`, then `#how-it-works-1`."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def name(self, heading: str) -> str:
        base = re.sub(r"[^\w\s-]", "", heading.lower()).strip()
        base = re.sub(r"\s+", "-", base)[:200] or "section"
        count = self._seen[base]
        self._seen[base] += 1
        return f"{base}-{count}" if count else base


@dataclass(frozen=True)
class Block:
    """One top-level block: its source, its kind, and the headings above it from the outermost in."""

    source: str
    kind: str
    headings: tuple[str, ...]
    anchor: str


def blocks(text: str) -> Iterator[Block]:
    """Every top-level block that is not a heading."""
    tokens = PARSER.parse(text)
    lines = re.split(r"\r\n|\r|\n", text)
    anchors = Anchors()
    open_headings: list[tuple[int, str]] = []
    anchor = ""
    for index, token in enumerate(tokens):
        if token.level or token.nesting < 0 or not token.map:
            continue
        if token.type == "heading_open":
            title, level = words_of([tokens[index + 1]]), int(token.tag[1])
            open_headings = [*((at, name) for at, name in open_headings if at < level), (level, title)]
            anchor = anchors.name(title)
            continue
        source = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
        yield Block(source, token.type, tuple(name for _, name in open_headings), anchor)


def first_heading(text: str) -> str:
    """ "" when the text has none."""
    tokens = PARSER.parse(text)
    first = next((at for at, token in enumerate(tokens) if token.type == "heading_open"), None)
    return "" if first is None else words_of([tokens[first + 1]])


def words_of(tokens: Iterable[Token], *, but: Set[str] = frozenset()) -> str:
    """What a reader sees of these tokens, but those kinds: no marks, no targets of links."""
    return " ".join(filter(None, (seen(token, but) for token in tokens))).strip()


def seen(token: Token, but: Set[str]) -> str:
    if token.type in {"softbreak", "hardbreak"} or token.type in but:
        return " "
    if token.children is not None:
        return "".join(seen(child, but) for child in token.children)
    return token.content


def plain_words(text: str) -> str:
    """Markdown as a reader sees it, on one line."""
    return " ".join(words_of(PARSER.parse(text)).split())


def prose_and_code(text: str) -> tuple[str, str]:
    """The words of a Markdown text outside and inside its code, in blocks and in lines."""
    tokens = PARSER.parse(text)
    code = [part.content for token in tokens for part in token.children or [token] if part.type in CODE]
    return words_of(tokens, but=CODE), " ".join(code)
