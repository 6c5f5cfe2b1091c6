import logging
import threading
import time

from django.db import transaction

from . import jobs
from .embeddings.endpoint import EmbeddingsError
from .embeddings.store import LATER, embed_some
from .jobs import LostError
from .models import IngestionFile
from .readers.formats import Format, format_of
from .readers.reading import UnreadableError
from .readers.room import ReadingRoom
from .shelf import digest_of, keep, known_digest

logger = logging.getLogger(__name__)
RENEWED = 3.0
"""Seconds between two renewals of a lease."""
Outcome = IngestionFile.Outcome


class LeavingError(Exception):
    """The worker leaves in the middle of a file."""


class Clerk:
    """Reads uploaded files into the knowledge, one after the other. One thread; `leaving` ends it early."""

    def __init__(self, room: ReadingRoom, leaving: threading.Event) -> None:
        self._room = room
        self._leaving = leaving
        self._renewed_at = 0.0

    def process_one(self) -> bool:
        """A file, or a part of what ends a job; whether there was anything to do."""
        file = jobs.claim() if jobs.is_any_unfinished() else None
        if file is None:
            return jobs.is_any_unfinished() and self._end_one()
        try:
            self._take_in(file)
        except LostError:
            logger.warning("file %s of job %s was taken by another worker", file.pk, file.job_id)
        except LeavingError:
            jobs.give_back(file)
        return True

    def _take_in(self, file: IngestionFile) -> None:
        try:
            outcome = self._read(file, kind_of(file))
        except UnreadableError as error:
            outcome = Outcome.FAILED
            jobs.settle(file, outcome, f"{file.path} {error}")
        logger.info("file %s of job %s: %s", file.pk, file.job_id, outcome)

    def _read(self, file: IngestionFile, kind: Format) -> Outcome:
        data, language = bytes(file.content or b""), file.job.language
        digest, known = digest_of(kind, data, language), known_digest(file.path)
        if known == digest:
            jobs.settle(file, Outcome.UNCHANGED)
            return Outcome.UNCHANGED
        self._renewed_at = time.monotonic()
        extract = self._room.read(file.path, kind, data, meanwhile=lambda: self._go_on(file))
        outcome = Outcome.CHANGED if known else Outcome.ADDED
        with transaction.atomic():
            jobs.settle(file, outcome)
            keep(file.path, extract, digest=digest, language=language, is_uploaded=True)
        return outcome

    def _end_one(self) -> bool:
        """Embeds some of what was read, or finishes a job: files of others need not wait for all of it."""
        job = jobs.claim_ending()
        if job is None:
            return False
        try:
            goes_on, remark = embed_some() > 0, ""
        except EmbeddingsError as error:
            goes_on, remark = False, f"{error} {LATER}"
        if goes_on:
            jobs.go_on_later(job)
        else:
            jobs.finish(job, remark)
            logger.info("job %s is finished", job.pk)
        return True

    def _go_on(self, file: IngestionFile) -> None:
        if self._leaving.is_set():
            raise LeavingError
        if time.monotonic() - self._renewed_at > RENEWED:
            jobs.renew(file)
            self._renewed_at = time.monotonic()


def kind_of(file: IngestionFile) -> Format:
    if file.tries > jobs.MOST_TRIES:
        raise UnreadableError(f"was given up after {jobs.MOST_TRIES} tries: the workers' logs say why.")
    kind = format_of(file.path)
    if kind is None:
        raise UnreadableError("is of no format that this worker knows.")
    return kind
