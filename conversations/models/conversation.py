from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from .announced import Announced


class Conversation(Announced):
    """What one person and one bot say to each other; its messages are a tree with one active branch."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversations")
    client_id = models.UUIDField(null=True, blank=True, editable=False)
    title = models.CharField(max_length=200, blank=True)
    # By a person: then nothing else takes its place.
    is_named = models.BooleanField(default=False, db_default=False, editable=False)
    bot = models.CharField(max_length=200)
    active_leaf = models.ForeignKey(
        "conversations.Message", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_activity_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "client_id", name="conversation_client_id"),
        ]
        indexes = [
            models.Index(
                "owner",
                models.F("last_activity_at").desc(),
                models.F("id").desc(),
                name="conversation_newest",
                condition=models.Q(deleted_at=None),
            ),
            models.Index("deleted_at", name="conversation_deleted", condition=~models.Q(deleted_at=None)),
            models.Index(
                "announce_since", name="conversation_news", condition=~models.Q(announce_since=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Conversation {self.id}"

    @property
    def owner_channel(self) -> str:
        """Where its events travel: the owner's `channel`, without reading the owner."""
        return str(self.owner_id)
