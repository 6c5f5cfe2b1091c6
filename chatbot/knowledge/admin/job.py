from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from chatbot.knowledge.models import Document, IngestionFile, IngestionJob

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[IngestionJob]
else:
    Admin = admin.ModelAdmin

REFRESHED = 2
"""Seconds after which the page of a job that is not finished is read again."""
WAITING = IngestionFile.Outcome.WAITING


@admin.register(IngestionJob)
class JobAdmin(Admin):
    """What became of uploaded files. A job that is deleted is worked on no further; its documents stay."""

    list_display = ("__str__", "created_by", "language", "files", "waiting", "failed", "finished_at")
    list_select_related = ("created_by",)
    list_filter = ("created_at", ("finished_at", admin.EmptyFieldListFilter))
    search_fields = ("files__path",)
    ordering = ("-pk",)
    change_form_template = "knowledge/admin/job.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[IngestionJob]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                file_count=Count("files"),
                waiting_count=Count("files", filter=Q(files__outcome=WAITING)),
                failed_count=Count("files", filter=Q(files__outcome=IngestionFile.Outcome.FAILED)),
            )
        )

    @admin.display(ordering="file_count")
    def files(self, job: IngestionJob) -> int:
        return counted(job, "file_count")

    @admin.display(ordering="waiting_count")
    def waiting(self, job: IngestionJob) -> int:
        return counted(job, "waiting_count")

    @admin.display(ordering="failed_count")
    def failed(self, job: IngestionJob) -> int:
        return counted(job, "failed_count")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        shown = {} if job is None else progress_of(job)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def counted(job: IngestionJob, name: str) -> int:
    count: int = getattr(job, name, 0)
    return count


def progress_of(job: IngestionJob) -> dict[str, Any]:
    files = list(job.files.defer("content"))
    documents = Document.objects.only("path", "title").in_bulk(
        [file.path for file in files], field_name="path"
    )
    return {
        "rows": [(file, documents.get(file.path)) for file in files],
        "done": sum(file.outcome != WAITING for file in files),
        "refreshed": None if job.finished_at else REFRESHED,
    }
