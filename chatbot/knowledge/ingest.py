from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from .files import Source, SourceError, name_of, sources
from .models import Document
from .readers.reading import UnreadableError
from .readers.room import ReadingRoom
from .shelf import digest_of, keep, known_digest, remove
from .vocabulary import count_what_is_off

Tell = Callable[[int, int, str], None]
"""Is told, before each file, how many are done, how many there are, and the path of this one."""


@dataclass
class Report:
    """What an ingestion did, by the paths of the documents; `errors` are sentences."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def ingest(
    paths: Iterable[str],
    *,
    language: str = "",
    prune: bool = False,
    tell: Tell = lambda done, of, path: None,
) -> Report:
    """Reads files and folders into the knowledge; what has not changed is left as it is.

    Each document is replaced in a transaction of its own. `prune` removes the documents whose file is
    no longer in a folder given; never one whose file is there and can't be read. Without a `language` each
    document's own is found out.
    """
    report = Report()
    folders = {given: found for given in paths if (found := found_at(given, report)) is not None}
    every = [source for found in folders.values() for source in found]
    with ReadingRoom() as room:
        for done, source in enumerate(every):
            tell(done, len(every), source.path)
            take_in(source, language, room, report)
    for given, found in folders.items() if prune else ():
        remove_others(name_of(given), {source.path for source in found}, report)
    count_what_is_off()
    return report


def found_at(given: str, report: Report) -> list[Source] | None:
    try:
        return list(sources(given))
    except SourceError as error:
        report.errors.append(str(error))
        return None


def take_in(source: Source, language: str, room: ReadingRoom, report: Report) -> None:
    try:
        data = source.read()
        digest = digest_of(source.kind, data, language)
        known = known_digest(source.path)
        if known == digest:
            report.unchanged.append(source.path)
            return
        extract = room.read(source.path, source.kind, data)
    except SourceError as error:
        report.errors.append(str(error))
    except UnreadableError as error:
        report.errors.append(f"{source.path} {error}")
    else:
        keep(source.path, extract, digest=digest, language=language, is_uploaded=False)
        (report.changed if known else report.added).append(source.path)


def remove_others(root: str, kept: set[str], report: Report) -> None:
    """What was uploaded has no file, and stays."""
    below = Q() if root == "." else Q(path=root) | Q(path__startswith=f"{root}/")
    gone = Document.objects.filter(below, is_uploaded=False).exclude(path__in=kept)
    paths = sorted(gone.values_list("path", flat=True))
    remove(paths)
    report.removed += paths
