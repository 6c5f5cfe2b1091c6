from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from chatbot.knowledge.jobs import MOST_WAITING, TooMuchError, make_job
from chatbot.knowledge.models import Document, IngestionJob, Passage
from chatbot.knowledge.shelf import remove
from conversations.models import User

from .upload import UploadForm

if TYPE_CHECKING:
    Inline = admin.TabularInline[Passage, Document]
    Admin = admin.ModelAdmin[Document]
else:
    Inline, Admin = admin.TabularInline, admin.ModelAdmin


SHOWN = 200
"""Passages; a page of 20,000 would take most of a minute."""


class PassageInline(Inline):
    """What the bot quotes from; written where a file is read, and never by hand."""

    model = Passage
    verbose_name_plural = f"The first {SHOWN} passages"
    fields = readonly_fields = ("number", "headings", "anchor", "text")
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        return super().get_queryset(request).filter(number__lte=SHOWN).defer("vector")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(Admin):
    """Documents to look through, to delete, and to add by their files; they change where those do."""

    list_display = ("path", "title", "language", "passages", "is_uploaded", "updated_at")
    list_filter = ("language", "is_uploaded", "updated_at")
    search_fields = ("path", "title", "text")
    ordering = ("path",)
    readonly_fields = ("path", "title", "language", "is_uploaded", "updated_at", "text")
    fields = readonly_fields
    inlines = (PassageInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).defer("text").annotate(passage_count=Count("passages"))

    @admin.display(ordering="passage_count")
    def passages(self, document: Document) -> int:
        count: int = getattr(document, "passage_count", 0)
        return count

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Files to upload: a worker reads them, and the job's page tells what became of each."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        job = self._made(request, form) if form.is_valid() else None
        if job is not None:
            return self._after_upload(request, job)
        context = {
            **self.admin_site.each_context(request),
            "title": "Add documents",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "knowledge/admin/upload.html", context)

    def _made(self, request: HttpRequest, form: UploadForm) -> IngestionJob | None:
        assert isinstance(request.user, User), "has_add_permission has said so"
        try:
            job = make_job(form.uploads, user=request.user, language=form.cleaned_data["language"])
        except TooMuchError:
            form.add_error(None, f"{MOST_WAITING:,} bytes wait for the workers already. Try again later.")
            return None
        self.admin_site.get_model_admin(IngestionJob).log_addition(request, job, "Uploaded.")
        return job

    def _after_upload(self, request: HttpRequest, job: IngestionJob) -> HttpResponse:
        if request.user.has_perm("knowledge.view_ingestionjob"):
            return redirect("admin:knowledge_ingestionjob_change", job.pk)
        messages.success(request, "They were uploaded, and are read now.")
        return redirect("admin:index")

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        remove([obj.path])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        remove(list(queryset.values_list("path", flat=True)))

    def get_deleted_objects(
        self, objs: Sequence[Document] | QuerySet[Document], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The documents, and how many passages they have: Django would read each with its document's text."""
        paths = {document.pk: document.path for document in objs}
        counts = {"documents": len(paths), "passages": Passage.objects.filter(document__in=paths).count()}
        refused = set() if self.has_delete_permission(request) else {"document"}
        return list(paths.values()), counts, refused, []
