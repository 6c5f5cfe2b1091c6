from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from conversations.admin.archive import Archive
from conversations.admin.filters import BotFilter
from conversations.models import Message, ToolCall

if TYPE_CHECKING:
    Inline = admin.TabularInline[ToolCall, Message]
else:
    Inline = admin.TabularInline


class ToolCallInline(Inline):
    """What tools were asked for it, and what came of that: written by workers alone."""

    model = ToolCall
    fields = readonly_fields = (
        "ordinal",
        "tool",
        "arguments",
        "state",
        "result",
        "error",
        "attempt",
        "question",
        "decision",
        "decided_by",
        "began_at",
        "ended_at",
    )
    ordering = ("ordinal",)
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(Archive[Message]):
    inlines = [ToolCallInline]
    list_display = ["id", "excerpt", "role", "status", "bot", "owner", "created_at", "transcript"]
    list_filter = ["status", "role", BotFilter, "created_at"]
    list_select_related = ["conversation__owner"]
    search_fields = ["text"]
    search_help_text = "A message's id, or words of its text."
    fields = [
        ("transcript", "owner"),
        ("role", "status", "bot"),
        ("created_at", "finished_at"),
        "text",
        "error",
        "citations",
        "usage",
        ("attempt", "tries", "next_index", "rev"),
        ("heartbeat_at", "cancel_requested_at"),
        ("started_position", "snapshot_position"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Without the long columns: a page of the list would bring megabytes."""
        rows = super().get_queryset(request).defer("text", "html", "citations")
        return rows.annotate(beginning=Left("text", 80))

    @admin.display
    def excerpt(self, message: Message) -> str:
        beginning: str = message.__dict__["beginning"]
        return beginning

    @admin.display
    def owner(self, message: Message) -> str:
        return str(message.conversation.owner)

    @admin.display
    def transcript(self, message: Message) -> str:
        where = reverse("admin:conversations_conversation_transcript", args=[message.conversation_id])
        return format_html('<a href="{}">Read</a>', where)
