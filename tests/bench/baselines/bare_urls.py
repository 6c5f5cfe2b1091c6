from itertools import count

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from conversations.models import DeadRecord

numbers = count()


def insert(request: HttpRequest, conversation_id: str) -> HttpResponse:
    row = DeadRecord.objects.create(
        topic="bench", partition=0, offset=next(numbers), value=request.body, reason="none"
    )
    answer = JsonResponse({"id": str(row.pk)}, status=202)
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("api/conversations/<conversation_id>/messages", insert), path("readyz", ready)]
