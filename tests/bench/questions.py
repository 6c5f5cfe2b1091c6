"""For `manage.py shell`, which sets Django up."""

import sys

from conversations.models import Conversation, Message, User

SCRIPT = "script"


def make(number: int, text: str) -> None:
    """A conversation each for so many of the readers, wherein `text` was asked, if there is any.

    Prints a line `conversation reply` for each. Nobody is told: no row is marked to be announced.
    """
    owners = User.objects.filter(username__startswith="reader-").order_by("pk")[:number]
    asked = [_asked(owner, text) for owner in owners]
    Conversation.objects.bulk_create(conversation for conversation, _ in asked)
    Message.objects.bulk_create(message for _, messages in asked for message in messages)
    lines = [f"{conversation.pk} {messages[-1].pk if messages else ''}\n" for conversation, messages in asked]
    sys.stdout.writelines(lines)


def _asked(owner: User, text: str) -> tuple[Conversation, list[Message]]:
    said = 2 if text else 0
    conversation = Conversation(owner=owner, title="asked", bot=SCRIPT, last_seq=said, announce_since=None)
    return conversation, _messages(conversation, text) if text else []


def _messages(conversation: Conversation, text: str) -> list[Message]:
    question = Message(
        conversation=conversation,
        seq=1,
        role=Message.Role.USER,
        status=Message.Status.COMPLETE,
        text=text,
        announce_since=None,
    )
    reply = Message(
        conversation=conversation,
        parent=question,
        seq=2,
        role=Message.Role.ASSISTANT,
        status=Message.Status.QUEUED,
        bot=SCRIPT,
        announce_since=None,
    )
    return [question, reply]
