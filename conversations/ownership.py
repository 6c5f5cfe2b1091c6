from uuid import UUID

from django.db.models import QuerySet

from conversations.errors import NotFoundError
from conversations.models import Conversation, User


def find_conversation(owner: User, conversation_id: UUID) -> Conversation:
    """Raises NotFoundError for one that is deleted or somebody else's, as for one that never was."""
    return _only(Conversation.objects.all(), owner, conversation_id)


def lock_conversation(owner: User, conversation_id: UUID) -> Conversation:
    """The same, locked until the transaction ends: the first lock of every change, before any message's."""
    return _only(Conversation.objects.select_for_update(), owner, conversation_id)


def _only(conversations: QuerySet[Conversation], owner: User, conversation_id: UUID) -> Conversation:
    try:
        return conversations.get(pk=conversation_id, owner=owner, deleted_at=None)
    except Conversation.DoesNotExist as error:
        raise NotFoundError("There is no such conversation.") from error
