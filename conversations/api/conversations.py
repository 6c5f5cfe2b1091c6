from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from ninja import Query, Router

from conversations import lifecycle
from conversations.api.bodies import NewConversation, NewTitle
from conversations.api.callers import CalledBy, Newcomer, Session, Token, user_of
from conversations.api.objects import ConversationObject, ConversationPage, Problem
from conversations.identity.guests import create_guest
from conversations.models import Conversation, User
from conversations.ownership import find_conversation
from conversations.reading import listing
from conversations.telling.events import conversation_object

router = Router(tags=["conversations"])
Limit = Annotated[int, Query(ge=1, le=200)]
NOTHING_SAID = NewConversation()


@router.post(
    "",
    auth=[Token(), Session(), Newcomer()],
    response={201: ConversationObject, 200: ConversationObject, 409: Problem, 422: Problem},
    summary="Start a conversation",
)
def start(request: CalledBy, new: NewConversation = NOTHING_SAID) -> HttpResponse:
    """The same `client_id` again gives the same conversation, with 200.

    Somebody without an account becomes a guest by this call, if they come from one of the service's pages.
    The header `X-User-Id` says whose the conversation is.
    """
    with transaction.atomic():
        owner = request.auth if isinstance(request.auth, User) else create_guest()
        conversation, is_new = lifecycle.start_conversation(
            owner, title=new.title or "", bot=new.bot, client_id=new.client_id
        )
    if owner is not request.auth:
        login(request, owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = _answer(conversation, HTTPStatus.CREATED if is_new else HTTPStatus.OK)
    answer.headers["X-User-Id"] = str(owner.pk)
    return answer


@router.get("", response={200: ConversationPage, 422: Problem}, summary="List your conversations")
def index(request: CalledBy, limit: Limit = 50, after: str | None = None) -> HttpResponse:
    """Newest activity first. `after` is the `next` of the page before."""
    conversations, following = listing.list_conversations(user_of(request), after=after, limit=limit)
    return JsonResponse({"items": [conversation_object(each) for each in conversations], "next": following})


@router.get("/{conversation_id}", response={200: ConversationObject, 404: Problem}, summary="Read one")
def show(request: CalledBy, conversation_id: UUID) -> HttpResponse:
    return _answer(find_conversation(user_of(request), conversation_id))


@router.patch(
    "/{conversation_id}",
    response={200: ConversationObject, 404: Problem, 422: Problem},
    summary="Rename one",
)
def rename(request: CalledBy, conversation_id: UUID, new: NewTitle) -> HttpResponse:
    return _answer(lifecycle.rename_conversation(user_of(request), conversation_id, title=new.title))


@router.delete("/{conversation_id}", response={204: None, 404: Problem}, summary="Delete one")
def delete(request: CalledBy, conversation_id: UUID) -> HttpResponse:
    """Its unfinished replies are cancelled. From then on it is not found."""
    lifecycle.delete_conversation(user_of(request), conversation_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _answer(conversation: Conversation, status: int = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse(conversation_object(conversation), status=status)
