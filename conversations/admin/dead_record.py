from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from conversations.admin.archive import Archive
from conversations.models import DeadRecord

SHOWN = 20_000


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadRecord]:
        return super().get_queryset(request).defer("key", "value", "headers")

    @admin.display(description="key")
    def key_as_text(self, record: DeadRecord) -> str:
        return _shown(record.key)

    @admin.display(description="value")
    def value_as_text(self, record: DeadRecord) -> str:
        return _shown(record.value)


def _shown(payload: bytes | memoryview | None) -> str:
    """As text, what is not UTF-8 escaped; the first 20,000 bytes."""
    if payload is None:
        return "—"
    text = bytes(payload[:SHOWN]).decode(errors="backslashreplace")
    cut = f" … ({len(payload):,} bytes)" if len(payload) > SHOWN else ""
    return format_html("<pre>{}{}</pre>", text, cut)
