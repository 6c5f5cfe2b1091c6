from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from ninja import Router

from conversations.answers.approvals import decide
from conversations.api.bodies import NewDecision, NewReply
from conversations.api.callers import CalledBy, user_of
from conversations.api.objects import CancelledReply, DecidedReply, Problem, RegeneratedReply
from conversations.asking.cancelling import cancel_reply
from conversations.asking.regenerating import regenerate_reply
from conversations.models import Message, User
from conversations.reading.cursors import cursor, live_position, with_positions
from conversations.telling.events import message_objects

router = Router(tags=["messages"])
NOTHING_SAID = NewReply()


@router.post(
    "/{reply_id}/cancel",
    response={202: CancelledReply, 404: Problem, 409: Problem},
    summary="Stop an answer",
)
def cancel(request: CalledBy, reply_id: UUID) -> HttpResponse:
    """The reply as it is now. A queued one is cancelled by then; of one that is being said, the stream tells
    when it has stopped, and what was said stays.

    May be repeated, and does nothing to a reply that is finished.
    """
    (reply,) = message_objects([cancel_reply(user_of(request), reply_id)])
    return JsonResponse({"reply": reply}, status=HTTPStatus.ACCEPTED)


@router.post(
    "/{reply_id}/regenerate",
    response={202: RegeneratedReply, 200: RegeneratedReply, 404: Problem, 409: Problem, 422: Problem},
    summary="Ask for another answer",
)
def regenerate(request: CalledBy, reply_id: UUID, new: NewReply = NOTHING_SAID) -> HttpResponse:
    """A new reply to the same question, queued; the old one stays beside it, out of the active branch.

    The same `client_id` again gives the same reply as it is now, with 200.
    """
    reader = user_of(request)
    live = live_position(reader.channel)
    made = regenerate_reply(reader, reply_id, client_id=new.client_id)
    return _accepted(made.reply, live) if made.is_new else _repeated(reader, made.reply, live)


@router.post(
    "/{reply_id}/tools/{ordinal}",
    response={202: DecidedReply, 404: Problem, 409: Problem, 422: Problem},
    summary="Approve or decline what a tool is to do",
)
def approve(request: CalledBy, reply_id: UUID, ordinal: int, new: NewDecision) -> HttpResponse:
    """The reply as it is now: queued, and it goes on with what was decided.

    The same decision may be repeated. 409 once the other one was taken, or the time for it is over.
    """
    decided = decide(user_of(request), reply_id, ordinal, approve=new.decision == "approve")
    (reply,) = message_objects([decided])
    return JsonResponse({"reply": reply}, status=HTTPStatus.ACCEPTED)


def _accepted(made: Message, live: str | None) -> JsonResponse:
    (reply,) = message_objects([made])
    return JsonResponse({"reply": reply, "cursor": live}, status=HTTPStatus.ACCEPTED)


def _repeated(reader: User, made: Message, live: str | None) -> JsonResponse:
    placed = with_positions([made])
    (reply,) = message_objects(placed)
    return JsonResponse({"reply": reply, "cursor": cursor(reader, live, placed)})
