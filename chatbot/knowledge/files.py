from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARKDOWN = {".md", ".markdown"}
SUFFIXES = {*MARKDOWN, ".txt"}
LARGEST = 5_000_000
PASSED_OVER = {"node_modules", "__pycache__"}


class SourceError(Exception):
    """This file or folder can't be read into the knowledge; the message says why, and what would help."""


@dataclass(frozen=True)
class Source:
    """A file to be read, and the path that its document goes by."""

    file: Path
    path: str

    @property
    def is_markdown(self) -> bool:
        return is_markdown(self.path)

    def read(self) -> str:
        try:
            if self.file.stat().st_size > LARGEST:
                raise SourceError(f"{self.path} is larger than {LARGEST:,} bytes: split it.")
            text = self.file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise SourceError(f"{self.path} can't be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise SourceError(f"{self.path} is not UTF-8 (byte {error.start}): convert it.") from error
        if "\0" in text:
            raise SourceError(f"{self.path} has a NUL character in it: it is no text.")
        return text


def is_markdown(path: str) -> bool:
    return Path(path).suffix.lower() in MARKDOWN


def name_of(given: str) -> str:
    """The path that what was given goes by: seen from the working directory, or its last part elsewhere."""
    full = Path(given).resolve()
    here = Path.cwd().resolve()
    return (full.relative_to(here) if full.is_relative_to(here) else Path(full.name)).as_posix()


def sources(given: str) -> Iterator[Source]:
    """The file, or every readable one in the folder and below, in the order of their names.

    What begins with a dot is passed over.
    """
    root, name = Path(given), name_of(given)
    if root.is_dir():
        for file in sorted(root.rglob("*")):
            inner = file.relative_to(root)
            if file.suffix.lower() in SUFFIXES and file.is_file() and not is_passed_over(inner):
                yield Source(file, (Path(name) / inner).as_posix())
    elif not root.exists():
        raise SourceError(f"{given} does not exist.")
    elif root.suffix.lower() not in SUFFIXES:
        raise SourceError(f"{given} is none of {', '.join(sorted(SUFFIXES))}.")
    else:
        yield Source(root, name)


def is_passed_over(inner: Path) -> bool:
    return any(part.startswith(".") or part in PASSED_OVER for part in inner.parts)
