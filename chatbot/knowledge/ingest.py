from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Now

from .files import Source, SourceError, is_markdown, name_of, sources
from .lexemes import separated
from .models import Document, Passage
from .outline import first_heading, prose_and_code
from .split import Part, markdown_parts, plain_parts, without_front_matter
from .vocabulary import count_words

READING = "3"
"""Part of every digest: another number makes every document be read again, after its reading changed."""


@dataclass
class Report:
    """What an ingestion did, by the paths of the documents; `errors` are sentences."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def ingest(paths: Iterable[str], *, language: str = "english", prune: bool = False) -> Report:
    """Reads files and folders into the knowledge; what has not changed is left as it is.

    Each document is replaced in a transaction of its own. `prune` removes the documents whose file is
    no longer in a folder given; never one whose file is there and can't be read.
    """
    report = Report()
    for given in paths:
        try:
            found = list(sources(given))
        except SourceError as error:
            report.errors.append(str(error))
            continue
        for source in found:
            take_in(source, language, report)
        if prune:
            remove_others(name_of(given), {source.path for source in found}, report)
    if report.added or report.changed or report.removed:
        count_words()
    return report


def take_in(source: Source, language: str, report: Report) -> None:
    try:
        text = source.read()
    except SourceError as error:
        report.errors.append(str(error))
        return
    digest = sha256("\n".join([READING, language, text]).encode()).hexdigest()
    known = dict(Document.objects.filter(path=source.path).values_list("path", "digest"))
    if known.get(source.path) == digest:
        report.unchanged.append(source.path)
        return
    replace(source, text=text, digest=digest, language=language)
    (report.changed if known else report.added).append(source.path)


@transaction.atomic
def replace(source: Source, *, text: str, digest: str, language: str) -> None:
    """Writes the document under its path and its passages anew; its id, and so its address, stays."""
    if source.is_markdown:
        text = without_front_matter(text)
    title = title_of(source, text)
    document, _ = Document.objects.update_or_create(
        path=source.path,
        defaults={"title": title, "text": text, "digest": digest, "language": language, "updated_at": Now()},
    )
    document.passages.all().delete()
    parts = markdown_parts(text) if source.is_markdown else plain_parts(text)
    Passage.objects.bulk_create(passage(document, number, part) for number, part in enumerate(parts, start=1))


def title_of(source: Source, text: str) -> str:
    """The first heading of the text, or else the name of its file."""
    heading = first_heading(text) if source.is_markdown else ""
    return (heading or Path(source.path).stem.replace("_", " ").replace("-", " "))[:300]


def passage(document: Document, number: int, part: Part) -> Passage:
    own, outer = part.headings[-1:], (document.title, *part.headings[:-1])
    prose, code = prose_and_code(part.text) if is_markdown(document.path) else (part.text, "")
    return Passage(
        document=document,
        number=number,
        headings=list(part.headings),
        anchor=part.anchor,
        text=part.text,
        vector=weighted(" . ".join(own), "A", document.language)
        + weighted(" . ".join(outer), "B", document.language)
        + weighted(prose, "D", document.language)
        + weighted(code, "C", document.language),
    )


def weighted(words: str, weight: str, language: str) -> SearchVector:
    return SearchVector(Value(separated(words)), weight=weight, config=language)


def remove_others(root: str, kept: set[str], report: Report) -> None:
    below = Q() if root == "." else Q(path=root) | Q(path__startswith=f"{root}/")
    gone = Document.objects.filter(below).exclude(path__in=kept)
    report.removed += sorted(gone.values_list("path", flat=True))
    gone.delete()
