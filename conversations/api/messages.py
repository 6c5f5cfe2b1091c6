from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from ninja import Query, Router

from conversations.api.bodies import NewMessage
from conversations.api.callers import CalledBy, user_of
from conversations.api.objects import MessagePage, PostedMessage, Problem
from conversations.asking.posting import Place, Posted, post_message
from conversations.models import User
from conversations.ownership import find_conversation
from conversations.reading.cursors import cursor, live_position, with_positions
from conversations.reading.history import read_history
from conversations.telling.events import message_objects

router = Router(tags=["messages"])
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get(
    "/{conversation_id}/messages",
    response={200: MessagePage, 404: Problem, 422: Problem},
    summary="Read a conversation",
)
def history(
    request: CalledBy,
    conversation_id: UUID,
    limit: Limit = 50,
    before: UUID | None = None,
    leaf: UUID | None = None,
) -> HttpResponse:
    """The active branch, or the one that ends in `leaf`, oldest first; `before` is the oldest one you have.

    A stream that is opened after `cursor` goes on exactly where these messages end.
    """
    reader = user_of(request)
    conversation = find_conversation(reader, conversation_id)
    page = read_history(reader, conversation, leaf=leaf, before=before, limit=limit)
    return JsonResponse(
        {"items": message_objects(page.messages), "has_more": page.has_more, "cursor": page.cursor}
    )


@router.post(
    "/{conversation_id}/messages",
    response={202: PostedMessage, 200: PostedMessage, 404: Problem, 409: Problem, 422: Problem},
    summary="Say something",
)
def post(request: CalledBy, conversation_id: UUID, new: NewMessage) -> HttpResponse:
    """The reply is queued, and its answer arrives in the stream.

    The same `client_message_id` again gives the same two messages as they are now, with 200. `parent_id` is
    the reply that this follows: another than the last one makes a new branch, which becomes the active one.
    """
    author = user_of(request)
    live = live_position(author.channel)
    posted = post_message(
        author,
        conversation_id,
        text=new.text,
        client_message_id=new.client_message_id,
        parent_id=new.parent_id if "parent_id" in new.model_fields_set else Place.LATEST,
    )
    return _accepted(posted, live) if posted.is_new else _repeated(author, posted, live)


def _accepted(posted: Posted, live: str | None) -> JsonResponse:
    message, reply = message_objects([posted.message, posted.reply], posted.siblings)
    return JsonResponse({"message": message, "reply": reply, "cursor": live}, status=HTTPStatus.ACCEPTED)


def _repeated(author: User, posted: Posted, live: str | None) -> JsonResponse:
    messages = with_positions([posted.message, posted.reply])
    message, reply = message_objects(messages)
    return JsonResponse({"message": message, "reply": reply, "cursor": cursor(author, live, messages)})
