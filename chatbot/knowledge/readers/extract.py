"""All that is kept of a file, worked out from its bytes alone: no database, no settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from chatbot.knowledge.outline import prose_and_code
from chatbot.knowledge.split import Part, markdown_parts, plain_parts
from chatbot.storable import storable

from .formats import Format
from .reading import UnreadableError
from .rendering import rendered

LONGEST_TEXT = 5_000_000
"""Characters of a document."""
MOST_PASSAGES = 20_000
LONGEST_TITLE = 300
"""Characters of a heading, too: what is longer is no heading."""


@dataclass(frozen=True)
class Piece:
    """A passage, and its words outside and inside code."""

    headings: tuple[str, ...]
    anchor: str
    text: str
    prose: str
    code: str


@dataclass(frozen=True)
class Extract:
    title: str
    text: str
    html: str
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of one, also when it went through JSON."""
        pieces = (Piece(**{**piece, "headings": tuple(piece["headings"])}) for piece in said["pieces"])
        return cls(said["title"], said["text"], said["html"], tuple(pieces))


def extract(path: str, kind: Format, data: bytes) -> Extract:
    """UnreadableError for all that is wrong with the file."""
    try:
        return extracted(path, kind, data)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(unforeseen(error)) from error


def unforeseen(error: Exception) -> str:
    """What to say of a parser's own error: not its words, which may be anything."""
    if isinstance(error, MemoryError):
        return "needs too much memory to be read: split it."
    if isinstance(error, RecursionError):
        return "is nested too deeply to be read: make it plainer."
    return f"is damaged, or not what its name says ({type(error).__name__})."


def extracted(path: str, kind: Format, data: bytes) -> Extract:
    reading = kind.read(data)
    text = storable(reading.text)
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(f"says more than {LONGEST_TEXT:,} characters: split it.")
    pieces = []
    for part in markdown_parts(text) if kind.marked else plain_parts(text):
        pieces.append(piece(part, kind))
        if len(pieces) > MOST_PASSAGES:
            raise UnreadableError(f"has more than {MOST_PASSAGES:,} passages: split it.")
    title = title_of(path, storable(reading.title))
    return Extract(title, text, rendered(text, marked=kind.marked), tuple(pieces))


def piece(part: Part, kind: Format) -> Piece:
    prose, code = prose_and_code(part.text) if kind.marked else (part.text, "")
    headings = tuple(heading[:LONGEST_TITLE] for heading in part.headings)
    return Piece(headings, part.anchor, part.text, prose, code)


def title_of(path: str, named: str) -> str:
    """What the file says of itself, or else its name."""
    return (" ".join(named.split()) or Path(path).stem.replace("_", " ").replace("-", " "))[:LONGEST_TITLE]
