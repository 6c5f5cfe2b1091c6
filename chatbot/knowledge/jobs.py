"""Jobs as rows: made by whoever uploads, claimed file by file by any worker, for as long as its lease."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from conversations.models import User

from .models import IngestionFile, IngestionJob
from .vocabulary import count_what_is_off

LEASE = timedelta(seconds=15)
"""After the last renewal another worker may take a file; renew it every few seconds."""
ENDING = timedelta(minutes=1)
"""After that another worker may go on with the end of a job; two at once do no harm, and waste some work."""
MOST_TRIES = 3
MOST_WAITING = 200_000_000
"""Bytes of all files that wait."""
KEPT = timedelta(days=30)
"""A job is looked at for so long after its end."""
COUNTED = 300.0
"""Seconds that PostgreSQL may take to count the words of all documents."""
WAITING = IngestionFile.Outcome.WAITING


def is_any_unfinished() -> bool:
    return IngestionJob.objects.filter(finished_at=None).exists()


class TooMuchError(Exception):
    """More waits already than may."""


class LostError(Exception):
    """The file is another worker's by now, or gone with its job: nothing may be written about it."""


@dataclass(frozen=True)
class Upload:
    path: str
    content: bytes


@transaction.atomic
def make_job(uploads: Iterable[Upload], *, user: User | None, language: str = "") -> IngestionJob:
    """TooMuchError while 200 MB wait; forgets the jobs that ended 30 days ago."""
    waiting = IngestionFile.objects.filter(outcome=WAITING).aggregate(bytes=Sum("size"))["bytes"] or 0
    if waiting > MOST_WAITING:
        raise TooMuchError
    IngestionJob.objects.filter(finished_at__lt=Now() - KEPT).delete()
    job = IngestionJob.objects.create(created_by=user, language=language)
    IngestionFile.objects.bulk_create(
        (
            IngestionFile(job=job, path=upload.path, size=len(upload.content), content=upload.content)
            for upload in uploads
        ),
        batch_size=10,
    )
    return job


@transaction.atomic
def claim() -> IngestionFile | None:
    """The oldest file that nobody has, with its content and its job; another call gets another one."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting = IngestionFile.objects.filter(free, outcome=WAITING).order_by("pk")
    file = waiting.select_related("job").select_for_update(skip_locked=True, of=["self"]).first()
    if file is not None:
        IngestionFile.objects.filter(pk=file.pk).update(tries=F("tries") + 1, leased_until=Now() + LEASE)
        file.tries += 1
    return file


def mine(file: IngestionFile) -> QuerySet[IngestionFile]:
    return IngestionFile.objects.filter(pk=file.pk, tries=file.tries, outcome=WAITING)


def renew(file: IngestionFile) -> None:
    """LostError when it is no longer mine."""
    if not mine(file).update(leased_until=Now() + LEASE):
        raise LostError


def give_back(file: IngestionFile) -> None:
    """Anybody may take it at once, and this try does not count."""
    mine(file).update(leased_until=None, tries=F("tries") - 1)


def settle(file: IngestionFile, outcome: IngestionFile.Outcome, error: str = "") -> None:
    """LostError when it is no longer mine. Within a transaction nobody can take it from here on."""
    settled = mine(file).update(outcome=outcome, error=error, content=None, leased_until=None)
    if not settled:
        raise LostError


@transaction.atomic
def claim_ending() -> IngestionJob | None:
    """The oldest job whose files all have their outcome, and that nobody ends just now."""
    waiting = IngestionFile.objects.filter(job=OuterRef("pk"), outcome=WAITING)
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    over = IngestionJob.objects.filter(~Exists(waiting), free, finished_at=None)
    job = over.order_by("pk").select_for_update(skip_locked=True).first()
    if job is not None:
        IngestionJob.objects.filter(pk=job.pk).update(leased_until=Now() + ENDING)
    return job


def go_on_later(job: IngestionJob) -> None:
    """Anybody may go on with its end."""
    IngestionJob.objects.filter(pk=job.pk).update(leased_until=None)


@transaction.atomic
def finish(job: IngestionJob, remark: str = "") -> None:
    """Once; another worker that believed to have it changes nothing any more."""
    with connection.connection.patient(COUNTED):
        count_what_is_off()
    IngestionJob.objects.filter(pk=job.pk, finished_at=None).update(finished_at=Now(), remark=remark)
