from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .models import Document
from .page import page_of


@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A document of the knowledge. Everybody may read it: the bot tells what it says to whoever asks."""
    found = get_object_or_404(Document.objects.defer("text"), pk=document_id)
    return render(request, "knowledge/document.html", {"document": found, "html": page_of(found)})
