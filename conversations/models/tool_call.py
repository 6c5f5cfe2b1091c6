from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from .message import Message


class ToolCall(models.Model):
    """One call of a tool for one reply, written down before it runs: the journal that a new attempt is given.

    It is `waiting` for a person, perhaps, then `approved`; `running` under an attempt; and ends as `done`,
    `failed`, `declined` or `interrupted` (nobody knows whether it took effect). Written by who has its reply
    locked.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        DECLINED = "declined"
        INTERRUPTED = "interrupted"

    class Decision(models.TextChoices):
        APPROVE = "approve"
        DECLINE = "decline"
        EXPIRED = "expired"
        CANCELLED = "cancelled"

    UNFINISHED = (State.WAITING, State.APPROVED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # PostgreSQL itself sees to both: a version that knows no tools removes replies and users too.
    reply = models.ForeignKey(
        Message, models.CASCADE, related_name="tool_calls", db_index=False, db_constraint=False
    )
    ordinal = models.PositiveSmallIntegerField()
    tool = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the arguments as canonical JSON.")
    state = models.CharField(max_length=11, choices=State)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    label = models.CharField(max_length=200)
    attempt = models.PositiveIntegerField()
    question = models.TextField(blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=9, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("reply", "ordinal", name="tool_call_ordinal"),
            models.CheckConstraint(
                name="tool_call_state",
                condition=Q(
                    state__in=["waiting", "approved", "running", "done", "failed", "declined", "interrupted"]
                ),
            ),
        ]
        indexes = [
            models.Index("deadline", name="tool_call_deadline", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.tool} {self.key}"

    @classmethod
    def interrupt(cls, reply: Message) -> None:
        """Those that were not at their end when that reply was."""
        unfinished = cls.objects.filter(reply=reply, state__in=cls.UNFINISHED)
        unfinished.update(
            state=cls.State.INTERRUPTED, error="The answer ended before it did.", ended_at=Now()
        )

    @property
    def key(self) -> str:
        """Names this call and no other, in each of its attempts: what it is made idempotent by."""
        return f"{self.reply_id}-{self.ordinal}"

    @property
    def shown(self) -> dict[str, object]:
        """What readers are told of it: neither its arguments nor its result."""
        is_asked = self.state == self.State.WAITING
        # The label says what was done: of what was not, the question says it.
        is_undone = self.state in (self.State.FAILED, self.State.DECLINED, self.State.INTERRUPTED)
        return {
            "ordinal": self.ordinal,
            "tool": self.tool,
            "label": self.question if is_undone and self.question else self.label,
            "state": self.state,
            "question": self.question if is_asked else None,
            "deadline": self.deadline.isoformat() if is_asked and self.deadline else None,
        }
