"""Somebody says something: their message and the reply that will answer it, in one transaction."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from django.db import transaction

from conversations.errors import ClientMessageIdReusedError, InvalidError
from conversations.models import Conversation, Message, User
from conversations.models.announced import raised
from conversations.news import announce, ring
from conversations.ownership import lock_conversation

TITLE_LENGTH = 60


class Place(Enum):
    LATEST = "after the active leaf"


@dataclass(frozen=True)
class Posted:
    message: Message
    reply: Message
    is_new: bool


@transaction.atomic
def post_message(
    owner: User,
    conversation_id: UUID,
    *,
    text: str,
    client_message_id: UUID,
    parent_id: UUID | Place | None = Place.LATEST,
) -> Posted:
    """`parent_id` is the reply that this follows, or None to begin the conversation anew.

    The conversation's row is locked from here to the commit: that is the order of its messages, and what
    decides between two posts with the same `client_message_id`.
    """
    conversation = lock_conversation(owner, conversation_id)
    said = conversation.messages.filter(role=Message.Role.USER, client_message_id=client_message_id).first()
    if said is not None:
        return _as_it_is_now(said, text)
    parent = _parent(conversation, parent_id)
    message = _message(conversation, parent, text=text, client_message_id=client_message_id)
    return _said(conversation, message, _reply(conversation, message))


def first_words(text: str) -> str:
    """A title: up to 60 characters in one line, cut between words unless the first one is longer."""
    line = " ".join(text[: 10 * TITLE_LENGTH].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH + 1].rpartition(" ")[0] or line[:TITLE_LENGTH]


def _as_it_is_now(message: Message, text: str) -> Posted:
    if message.text != text:
        raise ClientMessageIdReusedError
    reply = Message.objects.get(conversation=message.conversation_id, seq=message.seq + 1)
    return Posted(message, reply, is_new=False)


def _parent(conversation: Conversation, parent_id: UUID | Place | None) -> UUID | None:
    if isinstance(parent_id, Place):
        return conversation.active_leaf_id
    if parent_id is not None and not _is_reply(conversation, parent_id):
        raise InvalidError("parent_id", "This is not a reply of this conversation.")
    return parent_id


def _is_reply(conversation: Conversation, message_id: UUID) -> bool:
    return conversation.messages.filter(pk=message_id, role=Message.Role.ASSISTANT).exists()


def _message(
    conversation: Conversation, parent: UUID | None, *, text: str, client_message_id: UUID
) -> Message:
    return Message(
        conversation=conversation,
        parent_id=parent,
        seq=conversation.last_seq + 1,
        role=Message.Role.USER,
        status=Message.Status.COMPLETE,
        text=text,
        client_message_id=client_message_id,
    )


def _reply(conversation: Conversation, message: Message) -> Message:
    return Message(
        conversation=conversation,
        parent=message,
        seq=conversation.last_seq + 2,
        role=Message.Role.ASSISTANT,
        status=Message.Status.QUEUED,
        bot=conversation.bot,
    )


def _said(conversation: Conversation, message: Message, reply: Message) -> Posted:
    Message.objects.bulk_create([message, reply])
    Conversation.objects.filter(pk=conversation.pk).update(
        title=conversation.title or first_words(message.text),
        last_seq=reply.seq,
        active_leaf=reply,
        last_activity_at=reply.created_at,
        **raised(),
    )
    conversation.refresh_from_db()
    announce(message, reply, conversation)
    ring(conversation.pk, reply.pk)
    return Posted(message, reply, is_new=True)
