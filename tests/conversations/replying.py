from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models.functions import Now

from conversations.answers.heartbeats import Snapshot
from conversations.answers.outcome import Outcome
from conversations.answers.replies import Claim, claim
from conversations.asking.posting import post_message
from conversations.models import Conversation, Message


def ask(conversation: Conversation, text: str = "Hello") -> Message:
    return post_message(conversation.owner, conversation.pk, text=text, client_message_id=uuid4()).reply


def claimed(conversation: Conversation) -> Claim:
    found = claim(conversation.pk)
    assert found is not None
    return found


def said(
    text: str = "Hi",
    status: Message.Status = Message.Status.COMPLETE,
    *,
    usage: dict[str, object] | None = None,
) -> Outcome:
    return Outcome(status=status, text=text, html=f"<p>{text}</p>", next_index=1, citations=[], usage=usage)


def snapshot(claim: Claim, text: str = "H", *, position: str | None = "e-0-9") -> Snapshot:
    return Snapshot(
        id=claim.id,
        attempt=claim.attempt,
        text=text,
        html="",
        open=len(text),
        next_index=1,
        position=position,
    )


def now(reply: UUID) -> Message:
    return Message.objects.get(pk=reply)


def fall_silent(claim: Claim) -> None:
    """As if its worker had died eleven seconds ago."""
    Message.objects.filter(pk=claim.id).update(heartbeat_at=Now() - timedelta(seconds=11))
