from typing import TYPE_CHECKING

from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from .models import Document, Passage
from .vocabulary import count_words

if TYPE_CHECKING:
    Inline = admin.TabularInline[Passage, Document]
    Admin = admin.ModelAdmin[Document]
else:
    Inline, Admin = admin.TabularInline, admin.ModelAdmin


class PassageInline(Inline):
    """What the bot quotes from; written by `manage.py ingest` alone."""

    model = Passage
    fields = readonly_fields = ("number", "headings", "anchor", "text")
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        return super().get_queryset(request).defer("vector")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(Admin):
    """Documents to look through and to delete; they change where their files do."""

    list_display = ("path", "title", "language", "passages", "updated_at")
    list_filter = ("language", "updated_at")
    search_fields = ("path", "title", "text")
    ordering = ("path",)
    readonly_fields = ("path", "title", "language", "updated_at", "text")
    fields = readonly_fields
    inlines = (PassageInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).annotate(passage_count=Count("passages"))

    @admin.display(ordering="passage_count")
    def passages(self, document: Document) -> int:
        count: int = getattr(document, "passage_count", 0)
        return count

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        super().delete_model(request, obj)
        count_words()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        queryset.delete()
        count_words()
