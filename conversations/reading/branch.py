"""One branch of a conversation's tree, read from its leaf towards its root."""

from uuid import UUID

from conversations.models import Conversation, Message
from conversations.prepared import columns, loaded, rows

# Each step of the recursion is one look-up by primary key: a page costs its own length, however long the
# conversation is.
WALK = f"""
WITH RECURSIVE branch AS (
    SELECT message.*, 1 AS depth FROM conversations_message message WHERE message.id = %s
  UNION ALL
    SELECT message.*, branch.depth + 1 FROM conversations_message message
    JOIN branch ON message.id = branch.parent_id
    WHERE branch.depth < %s
)
SELECT {columns(Message, "branch")} FROM branch ORDER BY depth DESC
"""  # noqa: S608  (the names of columns)


def active_branch(
    conversation: Conversation, *, leaf: UUID | None = None, before: UUID | None = None, limit: int
) -> tuple[list[Message], bool]:
    """A page of the branch that ends in `leaf` (the active one without), and whether older messages exist.

    Oldest first. With `before`, the page ends with that message's parent. Raises Message.DoesNotExist when
    `leaf` or `before` is no message of this conversation.
    """
    end = _end(conversation, leaf, before)
    if end is None:
        return [], False
    branch = walk(end, limit=limit + 1)
    return branch[-limit:], len(branch) > limit


def walk(leaf: UUID, *, limit: int) -> list[Message]:
    """Up to `limit` messages that end in `leaf`, oldest first."""
    return [loaded(Message, row) for row in rows(WALK, [leaf, limit])]


def _end(conversation: Conversation, leaf: UUID | None, before: UUID | None) -> UUID | None:
    if before is not None:
        return _of(conversation, before).parent_id
    return conversation.active_leaf_id if leaf is None else _of(conversation, leaf).pk


def _of(conversation: Conversation, message_id: UUID) -> Message:
    message = Message.objects.only("pk", "parent_id", "conversation_id").get(pk=message_id)
    if message.conversation_id != conversation.pk:
        raise Message.DoesNotExist
    return message
