"""Documents and their passages, as they are put into the database."""

from collections.abc import Collection
from hashlib import sha256

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.db.models.functions import Now

from .language import language_of
from .lexemes import separated
from .models import Document, Page, Passage
from .readers.extract import Extract, Piece
from .readers.formats import Format
from .vocabulary import recounted

READING = "5"
"""Part of every digest: another number makes every document be read again, after its reading changed."""
AT_ONCE = 200
"""Passages that one statement writes."""


def digest_of(kind: Format, data: bytes, language: str) -> str:
    """What tells whether a document must be read again. `language` is empty where it is found out."""
    reading = f"{READING} {kind.name} {kind.version} {language}\n"
    return sha256(reading.encode() + data).hexdigest()


def known_digest(path: str) -> str | None:
    return Document.objects.filter(path=path).values_list("digest", flat=True).first()


def keep(path: str, extract: Extract, *, digest: str, language: str, is_uploaded: bool) -> None:
    """Writes the document under its path and its passages anew, and counts its words; its id, and so its
    address, stays."""
    with recounted([path]):
        document = written(path, extract, digest=digest, language=language, is_uploaded=is_uploaded)
        document.passages.all().delete()
        passages = (passage(document, at, piece) for at, piece in enumerate(extract.pieces, start=1))
        Passage.objects.bulk_create(passages, batch_size=AT_ONCE)


def remove(paths: Collection[str]) -> None:
    """The documents there, with their passages and the words in them."""
    with recounted(paths):
        Document.objects.only("pk").filter(path__in=paths).delete()


def written(path: str, extract: Extract, *, digest: str, language: str, is_uploaded: bool) -> Document:
    document, _ = Document.objects.defer("text").update_or_create(
        path=path,
        defaults={
            "title": extract.title,
            "text": extract.text,
            "digest": digest,
            "language": language or language_of(piece.prose for piece in extract.pieces),
            "is_uploaded": is_uploaded,
            "updated_at": Now(),
        },
    )
    Page.objects.defer("html").update_or_create(document=document, defaults={"html": extract.html})
    return document


def passage(document: Document, number: int, piece: Piece) -> Passage:
    own, outer = piece.headings[-1:], (document.title, *piece.headings[:-1])
    return Passage(
        document=document,
        number=number,
        headings=list(piece.headings),
        anchor=piece.anchor,
        text=piece.text,
        vector=weighted(" . ".join(own), "A", document.language)
        + weighted(" . ".join(outer), "B", document.language)
        + weighted(piece.prose, "D", document.language)
        + weighted(piece.code, "C", document.language),
    )


def weighted(words: str, weight: str, language: str) -> SearchVector:
    return SearchVector(Value(separated(words)), weight=weight, config=language)
