"""Another answer to a question that was answered before: a sibling of the old one, which stays."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from conversations.errors import ClientIdReusedError, ReplyUnfinishedError
from conversations.models import Conversation, Message, User
from conversations.models.announced import raised
from conversations.ownership import lock_reply
from conversations.telling.news import announce, ring


@dataclass(frozen=True)
class Regenerated:
    reply: Message
    is_new: bool


@transaction.atomic
def regenerate_reply(owner: User, reply_id: UUID, *, client_id: UUID | None = None) -> Regenerated:
    """A new reply, queued behind all others of its conversation; it ends the active branch.

    The same `client_id` finds the reply that it once made. Raises ReplyUnfinishedError while this question
    is being answered, by whichever reply: so calls without a `client_id` do not pile up either.
    """
    old = lock_reply(owner, reply_id)
    made = _made(old, client_id)
    if made is not None:
        return Regenerated(made, is_new=False)
    if _answers(old).filter(status__in=Message.UNFINISHED).exists():
        raise ReplyUnfinishedError
    return Regenerated(_queued(old, client_id), is_new=True)


def _made(old: Message, client_id: UUID | None) -> Message | None:
    if client_id is None:
        return None
    replies = Message.objects.filter(conversation=old.conversation_id, role=Message.Role.ASSISTANT)
    made = replies.filter(client_id=client_id).first()
    if made is not None and made.parent_id != old.parent_id:
        raise ClientIdReusedError
    return made


def _answers(old: Message) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation=old.conversation_id, parent=old.parent_id, role=Message.Role.ASSISTANT
    )


def _queued(old: Message, client_id: UUID | None) -> Message:
    conversation = old.conversation
    reply = Message.objects.create(
        conversation=conversation,
        parent_id=old.parent_id,
        seq=conversation.last_seq + 1,
        role=Message.Role.ASSISTANT,
        status=Message.Status.QUEUED,
        bot=conversation.bot,
        client_id=client_id,
    )
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=reply.seq, active_leaf=reply, last_activity_at=reply.created_at, **raised()
    )
    conversation.refresh_from_db()
    announce(reply, conversation)
    ring(conversation.pk, reply.pk)
    return reply
