from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.storable import storable

from .readers.formats import SUFFIXES, Format, format_of

LONGEST_PATH = 500
"""Characters."""
PASSED_OVER = {"node_modules", "__pycache__"}


class SourceError(Exception):
    """This file or folder can't be read into the knowledge; the message says why, and what would help."""


@dataclass(frozen=True)
class Source:
    """A file to be read, and the path that its document goes by."""

    file: Path
    path: str
    kind: Format

    def read(self) -> bytes:
        """At most a byte more than the largest that is taken."""
        if len(self.path) > LONGEST_PATH or storable(self.path) != self.path:
            raise SourceError(f"{self.path!a} is a name that can't be kept: rename it.")
        try:
            with self.file.open("rb") as file:
                return file.read(self.kind.largest + 1)
        except OSError as error:
            raise SourceError(f"{self.path} can't be read: {error.strerror}.") from error


def is_marked(path: str) -> bool:
    """Whether the text of the document at that path is Markdown, as it is for all formats but plain text."""
    kind = format_of(path)
    return kind is not None and kind.marked


def name_of(given: str) -> str:
    """The path that what was given goes by: seen from the working directory, or its last part elsewhere."""
    full = Path(given).resolve()
    here = Path.cwd().resolve()
    return (full.relative_to(here) if full.is_relative_to(here) else Path(full.name)).as_posix()


def sources(given: str) -> Iterator[Source]:
    """The file, or every readable one in the folder and below, in the order of their names.

    What begins with a dot is passed over, and what an office program keeps beside an open file.
    """
    root, name = Path(given), name_of(given)
    if root.is_dir():
        for file in sorted(root.rglob("*")):
            inner, kind = file.relative_to(root), format_of(file)
            if kind and file.is_file() and not is_passed_over(inner):
                yield Source(file, (Path(name) / inner).as_posix(), kind)
    elif not root.exists():
        raise SourceError(f"{given} does not exist.")
    elif (kind := format_of(root)) is None:
        raise SourceError(f"{given} is none of {', '.join(sorted(SUFFIXES))}.")
    else:
        yield Source(root, name, kind)


def is_passed_over(inner: Path) -> bool:
    return inner.name.startswith("~$") or any(
        part.startswith(".") or part in PASSED_OVER for part in inner.parts
    )
