from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from conversations.admin.archive import Archive
from conversations.admin.filters import BotFilter, DeletedFilter, ReplyStatusFilter
from conversations.admin.transcript import read_transcript
from conversations.errors import NotFoundError
from conversations.lifecycle import delete_conversation
from conversations.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(Archive[Conversation]):
    list_display = ["__str__", "owner", "bot", "created_at", "last_activity_at", "deleted", "transcript"]
    list_filter = [ReplyStatusFilter, BotFilter, DeletedFilter, "created_at", "last_activity_at"]
    list_select_related = ["owner"]
    search_fields = ["title", "owner__username"]
    search_help_text = "A conversation's id, words of its title, or its owner's name."
    fields = ["transcript", "title", "owner", "bot", "created_at", "last_activity_at", "deleted_at", "rev"]
    actions = ["delete_for_owners"]

    @admin.display(boolean=True)
    def deleted(self, conversation: Conversation) -> bool:
        return conversation.deleted_at is not None

    @admin.display
    def transcript(self, conversation: Conversation) -> str:
        where = reverse("admin:conversations_conversation_transcript", args=[conversation.pk])
        return format_html('<a href="{}">Read</a>', where)

    @admin.action(description="Delete, as their owners would", permissions=["retire"])
    def delete_for_owners(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        """One transaction each: what is unfinished is cancelled, and every reader is told."""
        deleted = sum(_deleted(conversation) for conversation in queryset.select_related("owner"))
        messages.success(request, f"Deleted: {deleted}. The rows are removed soon.")

    def has_retire_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.delete_conversation")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.transcript_view)
        name = "conversations_conversation_transcript"
        return [path("<uuid:conversation_id>/transcript/", view, name=name), *super().get_urls()]

    def transcript_view(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        conversation = get_object_or_404(Conversation.objects.select_related("owner"), pk=conversation_id)
        if not self.has_view_permission(request, conversation):
            raise PermissionDenied
        try:
            transcript = read_transcript(
                conversation, leaf=_id(request, "leaf"), before=_id(request, "before")
            )
        except NotFoundError as error:
            raise Http404 from error
        context = {
            **self.admin_site.each_context(request),
            "title": str(conversation),
            "opts": self.opts,
            "conversation": conversation,
            "transcript": transcript,
        }
        return TemplateResponse(request, "conversations/admin/transcript.html", context)


def _deleted(conversation: Conversation) -> bool:
    try:
        delete_conversation(conversation.owner, conversation.pk)
    except NotFoundError:
        return False
    return True


def _id(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name]) if name in request.GET else None
    except ValueError as error:
        raise Http404 from error
