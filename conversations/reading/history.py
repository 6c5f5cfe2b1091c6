from dataclasses import dataclass
from uuid import UUID

from conversations.errors import NotFoundError
from conversations.models import Conversation, Message, User
from conversations.reading.branch import active_branch
from conversations.reading.cursors import cursor, live_position, with_positions


@dataclass(frozen=True)
class History:
    """A page of one branch, oldest first, and where its reader's stream begins."""

    messages: list[Message]
    has_more: bool
    cursor: str | None


def read_history(
    reader: User, conversation: Conversation, *, leaf: UUID | None, before: UUID | None, limit: int
) -> History:
    live = live_position(reader.channel)
    try:
        branch, has_more = active_branch(conversation, leaf=leaf, before=before, limit=limit)
    except Message.DoesNotExist as error:
        raise NotFoundError("There is no such message in this conversation.") from error
    messages = with_positions(branch)
    return History(messages, has_more, cursor(reader, live, messages))
