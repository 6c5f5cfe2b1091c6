"""Somebody says something: their message and the reply that will answer it, in one transaction."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from django.db import connection, transaction

from conversations.asking import plain_post
from conversations.asking.titles import key_words
from conversations.errors import ClientMessageIdReusedError, InvalidError
from conversations.models import Conversation, Message, User
from conversations.models.announced import raised
from conversations.ownership import lock_conversation
from conversations.telling.events import Siblings
from conversations.telling.news import announce, ring
from streaming.counted import Count

counted = Count()
"""Messages that were posted, of people who may, by result: new, repeated."""


class Place(Enum):
    LATEST = "after the active leaf"


@dataclass(frozen=True)
class Posted:
    """`siblings` of new messages are known without asking."""

    message: Message
    reply: Message
    is_new: bool
    siblings: Siblings | None = None


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
    if parent_id is Place.LATEST and not connection.in_atomic_block:
        posted = _plainly(owner, conversation_id, text=text, client_message_id=client_message_id)
        if posted is not None:
            counted.add("new")
            return posted
    with transaction.atomic():
        conversation = lock_conversation(owner, conversation_id)
        posted = _posted(conversation, parent_id, text=text, client_message_id=client_message_id)
    counted.add("new" if posted.is_new else "repeated")
    return posted


def _plainly(owner: User, conversation_id: UUID, *, text: str, client_message_id: UUID) -> Posted | None:
    message, reply = _message(text, client_message_id), _reply()
    if not plain_post.say(owner, conversation_id, message, reply, title=key_words(text)):
        return None
    siblings = {message.pk: [message.pk], reply.pk: [reply.pk]}
    announce(message, reply, message.conversation, siblings=siblings)
    ring(conversation_id, reply.pk)
    return Posted(message, reply, is_new=True, siblings=siblings)


def _posted(
    conversation: Conversation, parent_id: UUID | Place | None, *, text: str, client_message_id: UUID
) -> Posted:
    said = conversation.messages.filter(role=Message.Role.USER, client_message_id=client_message_id).first()
    if said is not None:
        return _as_it_is_now(said, text)
    parent = _parent(conversation, parent_id)
    message, reply = _message(text, client_message_id), _reply()
    message.conversation = reply.conversation = conversation
    message.parent_id, message.seq = parent, conversation.last_seq + 1
    reply.parent, reply.seq, reply.bot = message, conversation.last_seq + 2, conversation.bot
    return _said(conversation, message, reply)


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


def _message(text: str, client_message_id: UUID) -> Message:
    return Message(
        role=Message.Role.USER,
        status=Message.Status.COMPLETE,
        text=text,
        client_message_id=client_message_id,
    )


def _reply() -> Message:
    return Message(role=Message.Role.ASSISTANT, status=Message.Status.QUEUED)


def _said(conversation: Conversation, message: Message, reply: Message) -> Posted:
    Message.objects.bulk_create([message, reply])
    Conversation.objects.filter(pk=conversation.pk).update(
        title=conversation.title or key_words(message.text),
        last_seq=reply.seq,
        active_leaf=reply,
        last_activity_at=reply.created_at,
        **raised(),
    )
    conversation.refresh_from_db()
    announce(message, reply, conversation)
    ring(conversation.pk, reply.pk)
    return Posted(message, reply, is_new=True)
