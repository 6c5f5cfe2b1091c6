from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Collate, Now, Reverse
from django.urls import reverse
from uuid_utils.compat import uuid7

STEP = " \u203a "
"""What stands between a heading and the one below it."""


class Document(models.Model):
    """A text that the knowledge bot answers from, as it was when it was ingested."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    path = models.CharField(max_length=500, unique=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    language = models.CharField(
        max_length=63,
        default="english",
        help_text="The PostgreSQL text search configuration it is read with.",
    )
    is_uploaded = models.BooleanField(
        "uploaded", db_default=False, editable=False, help_text="Not read from a file that this machine has."
    )
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("knowledge:document", args=[self.pk])


class Page(models.Model):
    """A document as HTML, made when it was read: making it takes seconds for a large one. Not clean yet."""

    # PostgreSQL itself removes it with its document: a version that knows no pages removes documents too.
    document = models.OneToOneField(
        Document, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    html = models.TextField()

    def __str__(self) -> str:
        return f"Page of {self.document_id}"


class Passage(models.Model):
    """A part of a document that can stand as an answer: what lies under one heading, or some of it.

    `vector` holds the words of its own heading (weight A), of those above it and the title (B), of code
    (C) and of the rest of the text (D).
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="passages", db_index=False)
    number = models.PositiveIntegerField()
    headings = ArrayField(models.TextField(), default=list, help_text="From the outermost in.")
    anchor = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    vector = SearchVectorField()

    class Meta:
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint("document", "number", name="passage_number")]
        indexes = [
            GinIndex(fields=["vector"], name="passage_vector"),
            GinIndex(Func("vector", template="ts_filter(%(expressions)s, '{a}')"), name="passage_heading"),
        ]

    def __str__(self) -> str:
        return STEP.join(self.headings) or f"Passage {self.number}"


class Word(models.Model):
    """How many passages of a language hold a lexeme: what makes a word of a question rare, or a typing error.

    Kept along with each document that comes, changes or goes. Under the empty lexeme stands how many
    passages there are.
    """

    language = models.CharField(max_length=63)
    lexeme = models.TextField()
    passages = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("language", "lexeme", name="word_lexeme")]
        indexes = [
            models.Index(fields=["lexeme"], name="word_beginning", opclasses=["text_pattern_ops"]),
            models.Index(Collate(Reverse("lexeme"), "C"), name="word_ending"),
        ]

    def __str__(self) -> str:
        return self.lexeme


class IngestionJob(models.Model):
    """Files that somebody uploaded, to be read into the knowledge by the workers.

    Once all are read, the worker that has it until `leased_until` ends it; `remark` says what failed then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    language = models.CharField(
        max_length=63, blank=True, help_text="Empty: each document's own is found out."
    )
    leased_until = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    remark = models.TextField(blank=True, db_default="", editable=False)

    class Meta:
        indexes = [models.Index("id", name="job_unfinished", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"Job of {self.created_at:%F %T %Z}"


class IngestionFile(models.Model):
    """One file of a job. Its worker has it until `leased_until`, and `tries` is the fence: who writes must
    have the present one. `content` is dropped with the outcome."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        ADDED = "added"
        CHANGED = "changed"
        UNCHANGED = "unchanged"
        FAILED = "failed"

    job = models.ForeignKey(IngestionJob, models.CASCADE, related_name="files", db_index=False)
    path = models.CharField(max_length=500)
    size = models.PositiveIntegerField(help_text="In bytes.")
    content = models.BinaryField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.WAITING)
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["job", "id"]
        constraints = [models.UniqueConstraint("job", "path", name="file_of_job")]
        indexes = [models.Index("id", name="file_waiting", condition=models.Q(outcome="waiting"))]

    def __str__(self) -> str:
        return self.path
