from uuid import UUID

from conversations.answers.replies import Claim
from conversations.models import Conversation, Message
from streaming.event import Event


def claim(text: str = "Hello", bot: str = "script") -> Claim:
    """One that no database knows."""
    conversation = Conversation(id=UUID(int=1), owner_id=7, bot=bot)
    asked = Message(conversation=conversation, role="user", status="complete", text=text, seq=1)
    reply = Message(
        id=UUID(int=2),
        conversation=conversation,
        role="assistant",
        status="streaming",
        bot=bot,
        attempt=3,
        seq=2,
    )
    return Claim(reply, (asked,), Event("7", "reply.started", {}))
