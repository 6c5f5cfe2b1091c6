from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from streaming.trace import request_id

from .announced import Announced
from .conversation import Conversation


class Message(Announced):
    """What was said once: by the user, or by the bot (then it is a reply, with a life of its own).

    A reply is `queued`, then `streaming` under one attempt after the other, perhaps `waiting` for an
    approval, and ends as `complete`, `cancelled` or `failed`. `attempt` is the fence: only who claimed
    that very attempt may write to it. `tries` is what the limit of three counts.
    """

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    class Status(models.TextChoices):
        QUEUED = "queued"
        STREAMING = "streaming"
        WAITING = "waiting"
        COMPLETE = "complete"
        CANCELLED = "cancelled"
        FAILED = "failed"

    UNFINISHED = (Status.QUEUED, Status.STREAMING, Status.WAITING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    seq = models.PositiveIntegerField(editable=False)
    role = models.CharField(max_length=9, choices=Role)
    status = models.CharField(max_length=9, choices=Status)
    text = models.TextField(blank=True)
    client_message_id = models.UUIDField(null=True, blank=True, editable=False)
    # Of a reply that was asked for anew: names that call, as `client_message_id` names what a user said.
    client_id = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    request_id = models.CharField(max_length=64, null=True, default=request_id, editable=False)

    bot = models.CharField(max_length=200, blank=True)
    html = models.TextField(blank=True)
    open = models.PositiveIntegerField(default=0, editable=False)
    next_index = models.PositiveIntegerField(default=0, editable=False)
    attempt = models.PositiveIntegerField(default=0, editable=False)
    tries = models.PositiveIntegerField(default=0, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    started_position = models.CharField(max_length=80, null=True, editable=False)
    snapshot_position = models.CharField(max_length=80, null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    citations = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    # What readers are told of its calls, as each `ToolCall.shown` says: most replies have none, and no query.
    tools = models.JSONField(null=True, blank=True, editable=False)
    # What its last attempt took, and those that ended with a question to a person: the model, its tokens,
    # milliseconds to the first one.
    usage = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("conversation", "seq", name="message_seq"),
            models.UniqueConstraint(
                "conversation",
                "client_message_id",
                name="message_client_id",
                condition=Q(client_message_id__isnull=False, role="user"),
            ),
            models.UniqueConstraint(
                "conversation",
                "client_id",
                name="message_regenerated",
                condition=Q(client_id__isnull=False),
            ),
            models.UniqueConstraint(
                "conversation", name="message_one_streaming", condition=Q(status="streaming")
            ),
            models.CheckConstraint(
                name="message_status",
                condition=Q(status__in=["queued", "streaming", "waiting", "complete", "cancelled", "failed"]),
            ),
            models.CheckConstraint(
                name="message_role",
                condition=Q(role="assistant") | Q(role="user", status="complete"),
            ),
        ]
        indexes = [
            models.Index(
                "conversation",
                "seq",
                name="message_unfinished",
                condition=Q(status__in=["queued", "streaming", "waiting"]),
            ),
            # For whoever names the role alone: PostgreSQL takes both indexes of the unfinished for empty, and
            # would read this one whole to find those of one conversation.
            models.Index(
                "created_at",
                name="message_oldest",
                condition=Q(status__in=["queued", "streaming", "waiting"], role="assistant"),
            ),
            models.Index("conversation", name="message_roots", condition=Q(parent=None)),
            # What the admin's filters find among millions: answers that went wrong, and days.
            models.Index(
                "status", "id", name="message_unsaid", condition=Q(status__in=["cancelled", "failed"])
            ),
            BrinIndex("created_at", name="message_days", autosummarize=True),
            models.Index("announce_since", name="message_news", condition=~Q(announce_since=None)),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED
