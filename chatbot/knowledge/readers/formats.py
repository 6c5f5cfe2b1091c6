"""The registry of what can be read. Only names and numbers: a parser is imported where it is needed, by the
process that reads (`chatbot.knowledge.readers`), never by those that serve."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .reading import Reading

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Format:
    """`module` has a function `read(data: bytes) -> Reading`, which may raise anything.

    Another `version` makes every document of this format be read again. `largest` is in bytes. The text of
    one that is not `marked` is plain, and not Markdown. What `is_ours` is read by nothing but our own code.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    version: int
    largest: int
    marked: bool = True
    is_ours: bool = False

    def read(self, data: bytes) -> Reading:
        reading: Reading = import_module(f"{__package__}.{self.module}").read(data)
        return reading


FORMATS = (
    Format("Markdown", (".md", ".markdown"), "markdown_file", 1, 5 * MEGABYTE, is_ours=True),
    Format("plain text", (".txt",), "plain_file", 1, 5 * MEGABYTE, marked=False, is_ours=True),
    Format("HTML", (".html", ".htm", ".xhtml"), "html_file", 1, 5 * MEGABYTE),
    Format("PDF", (".pdf",), "pdf_file", 1, 50 * MEGABYTE),
    Format("Word", (".docx",), "docx_file", 1, 50 * MEGABYTE),
    Format("CSV", (".csv", ".tsv"), "csv_file", 1, 5 * MEGABYTE),
)
BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}
SUFFIXES = frozenset(BY_SUFFIX)


def format_of(path: str | Path) -> Format | None:
    return BY_SUFFIX.get(Path(path).suffix.lower())
