from uuid import UUID

from django.db.models import QuerySet

from conversations.errors import NotAReplyError, NotFoundError
from conversations.models import Conversation, Message, User


def find_conversation(owner: User, conversation_id: UUID) -> Conversation:
    """Raises NotFoundError for one that is deleted or somebody else's, as for one that never was."""
    return _only(Conversation.objects.all(), owner, conversation_id)


def lock_conversation(owner: User, conversation_id: UUID) -> Conversation:
    """The same, locked until the transaction ends: the first lock of every change, before any message's."""
    return _only(Conversation.objects.select_for_update(), owner, conversation_id)


def lock_reply(owner: User, reply_id: UUID) -> Message:
    """A reply whose conversation is locked, and so its status, until the transaction ends.

    Raises NotFoundError as above, and NotAReplyError for what the user said.
    """
    theirs = Message.objects.filter(pk=reply_id, conversation__owner=owner, conversation__deleted_at=None)
    found = theirs.values_list("conversation_id", flat=True).first()
    if found is None:
        raise NotFoundError("There is no such message.")
    conversation = lock_conversation(owner, found)
    message = Message.objects.get(pk=reply_id)
    if message.role != Message.Role.ASSISTANT:
        raise NotAReplyError
    message.conversation = conversation
    return message


def _only(conversations: QuerySet[Conversation], owner: User, conversation_id: UUID) -> Conversation:
    try:
        return conversations.get(pk=conversation_id, owner=owner, deleted_at=None)
    except Conversation.DoesNotExist as error:
        raise NotFoundError("There is no such conversation.") from error
