from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html

from conversations.admin.archive import Archive
from conversations.models import DeadRecord
from conversations.resending import is_of_our_topics, send_back

SHOWN = 20_000
MOST_AT_ONCE = 100
KAFKA_AWAY = "Not sent back: {}. Kafka did not confirm within 5 seconds. Try again when it is there."
FOREIGN = "Not sent back: {}. The topic is none of this installation's (TOPIC_PREFIX)."


@admin.register(DeadRecord)
class DeadRecordAdmin(Archive[DeadRecord]):
    list_display = ["__str__", "reason", "created_at", "sent_back_at"]
    list_filter = ["topic", "created_at", ("sent_back_at", admin.EmptyFieldListFilter)]
    search_fields = ["topic", "reason"]
    fields = [
        ("topic", "partition", "offset"),
        "reason",
        ("created_at", "sent_back_at"),
        "key_as_text",
        "value_as_text",
        "headers",
    ]
    actions = ["send_back_chosen"]
    change_form_template = "conversations/admin/dead_record.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadRecord]:
        return super().get_queryset(request).defer("key", "value", "headers")

    @admin.display(description="key")
    def key_as_text(self, record: DeadRecord) -> str:
        return _shown(record.key)

    @admin.display(description="value")
    def value_as_text(self, record: DeadRecord) -> str:
        return _shown(record.value)

    def has_send_back_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_deadrecord")

    @admin.action(description="Send back to their topics", permissions=["send_back"])
    def send_back_chosen(self, request: HttpRequest, queryset: QuerySet[DeadRecord]) -> None:
        chosen = list(queryset.defer(None)[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(request, f"Nothing was sent back: choose {MOST_AT_ONCE} at most.")
        else:
            self._send_back(request, chosen)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_back_view)
        name = "conversations_deadrecord_send_back"
        return [path("<uuid:record_id>/send-back/", view, name=name), *super().get_urls()]

    def send_back_view(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_send_back_permission(request):
            raise PermissionDenied
        record = get_object_or_404(DeadRecord, pk=record_id)
        self._send_back(request, [record])
        return redirect("admin:conversations_deadrecord_change", record.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_send_back": self.has_send_back_permission(request)}
        return super().change_view(request, object_id, form_url, context)

    def _send_back(self, request: HttpRequest, chosen: list[DeadRecord]) -> None:
        ours = [record for record in chosen if is_of_our_topics(record)]
        sent = send_back(ours) if ours else []
        for record in sent:
            self.log_change(request, record, "Sent back.")
            messages.success(request, _told(record))
        _complain(request, KAFKA_AWAY, [record for record in ours if record not in sent])
        _complain(request, FOREIGN, [record for record in chosen if record not in ours])


def _told(record: DeadRecord) -> str:
    if record.sent_back_at is None:
        return f"Sent back: {record}."
    return f"Sent back once more: {record}. It had been sent back before, at {record.sent_back_at:%F %T %Z}."


def _complain(request: HttpRequest, why: str, records: list[DeadRecord]) -> None:
    if records:
        messages.error(request, why.format(", ".join(map(str, records))))


def _shown(payload: bytes | memoryview | None) -> str:
    """As text, what is not UTF-8 escaped; the first 20,000 bytes."""
    if payload is None:
        return "—"
    text = bytes(payload[:SHOWN]).decode(errors="backslashreplace")
    cut = f" … ({len(payload):,} bytes)" if len(payload) > SHOWN else ""
    return format_html("<pre>{}{}</pre>", text, cut)
