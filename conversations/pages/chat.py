from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from conversations.errors import ConversationsError
from conversations.identity.access import session_user
from conversations.identity.guests import create_guest
from conversations.lifecycle import start_conversation
from conversations.models import Conversation, User
from conversations.ownership import find_conversation
from conversations.pages.saying import Saying
from conversations.pages.shown import BLANK, shown
from conversations.reading.cursors import live_position
from conversations.reading.history import read_history
from conversations.reading.listing import list_conversations
from conversations.telling.events import conversation_object, message_objects

PAGE = 50
EXAMPLES = (
    "What happens to my answer if the worker is killed?",
    "How does a page catch up after its connection was cut?",
    "How do I write a bot of my own?",
)
NOTHING: dict[str, Any] = {"items": [], "has_more": False, "cursor": None}


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    user = session_user(request)
    if user is None and not settings.ALLOW_GUESTS:
        return redirect_to_login(request.get_full_path())
    saying = Saying(request.POST) if request.method == "POST" else None
    if saying is not None and saying.is_valid():
        return redirect("conversation", _begun(request, user, saying).pk)
    history = {**NOTHING, "cursor": user and live_position(user.channel)}
    return _page(request, user, saying, {"history": history, "examples": EXAMPLES})


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    user = session_user(request)
    if user is None:
        return redirect_to_login(request.get_full_path())
    saying = Saying(request.POST) if request.method == "POST" else None
    try:
        if saying is not None and saying.is_valid():
            saying.post(user, conversation_id)
            return redirect("conversation", conversation_id)
        return _page(request, user, saying, _read(request, user, conversation_id))
    except ConversationsError as error:
        raise Http404(str(error)) from error


def _begun(request: HttpRequest, user: User | None, saying: Saying) -> Conversation:
    with transaction.atomic():
        owner = user or create_guest()
        begun, _ = start_conversation(owner)
        saying.post(owner, begun.pk)
    if user is None:
        login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
    return begun


def _read(request: HttpRequest, user: User, conversation_id: UUID) -> dict[str, Any]:
    found = find_conversation(user, conversation_id)
    before = _id(request.GET.get("before"))
    read = read_history(user, found, leaf=None, before=before, limit=PAGE)
    history = {"items": message_objects(read.messages), "has_more": read.has_more, "cursor": read.cursor}
    return {"conversation": conversation_object(found), "history": history, "is_past": before is not None}


def _id(given: str | None) -> UUID | None:
    try:
        return None if given is None else UUID(given)
    except ValueError as error:
        raise Http404("There is no such message.") from error


def _page(
    request: HttpRequest, user: User | None, saying: Saying | None, context: dict[str, Any]
) -> HttpResponse:
    history, current = context["history"], context.get("conversation")
    messages = [shown(message) for message in history["items"]]
    context |= {
        **_sidebar(request, user),
        "messages": messages,
        "is_unfinished": not all(message["is_finished"] for message in messages),
        "current": current["id"] if current else "",
        "blank": BLANK,
        "client_message_id": uuid4(),
        "client_id": uuid4(),
        "draft": saying.draft if saying else "",
        "notice": saying.notice if saying else "",
        "page": {
            "conversation": current["id"] if current else None,
            "history": history,
            "user": str(user.pk) if user is not None else None,
        },
    }
    return render(request, "conversations/chat.html", context, status=422 if saying else 200)


def _sidebar(request: HttpRequest, user: User | None) -> dict[str, Any]:
    if user is None:
        return {"conversations": [], "older": None}
    try:
        found, older = list_conversations(user, after=request.GET.get("older"), limit=PAGE)
    except ConversationsError as error:
        raise Http404(str(error)) from error
    return {"conversations": [conversation_object(each) for each in found], "older": older}
