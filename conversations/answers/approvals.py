"""A person is asked before a tool runs: the reply waits for them, and no longer than it may."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.functions import Now

from conversations.answers.heartbeats import Snapshot
from conversations.answers.journal import Draft, locked, show, write
from conversations.answers.replies import Claim
from conversations.errors import DecisionTakenError, NotFoundError
from conversations.models import Conversation, Message, ToolCall, User
from conversations.models.announced import raised
from conversations.ownership import lock_reply
from conversations.telling.news import announce, ring

State, Decision = ToolCall.State, ToolCall.Decision
SAID = {
    Decision.DECLINE: "This was declined: it was not done.",
    Decision.EXPIRED: "Nobody approved this in time: it was not done.",
    Decision.CANCELLED: "The answer was stopped before this was done.",
}


@transaction.atomic
def ask(claimed: Claim, draft: Draft, question: str, *, seconds: float, said: Snapshot) -> None:
    """Ends the attempt: the reply waits, with what was said so far, until it is decided. May be repeated."""
    Conversation.objects.select_for_update().get(pk=claimed.reply.conversation_id)
    mine = ToolCall.objects.filter(reply=claimed.id, ordinal=draft.ordinal, attempt=claimed.attempt)
    if mine.exists():
        return
    reply = locked(claimed)
    deadline = ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
    write(claimed, draft, state=State.WAITING, question=question, deadline=deadline)
    kept = {name: getattr(said, name) for name in ("text", "html", "open", "next_index", "usage")}
    _change(reply, Message.Status.WAITING, heartbeat_at=None, tries=F("tries") - 1, **kept)


@transaction.atomic
def decide(owner: User, reply_id: UUID, ordinal: int, *, approve: bool) -> Message:
    """The reply as it is then: queued, so that its next attempt does what was approved, or does without.

    The same decision may be repeated. Raises NotFoundError, and DecisionTakenError where it was decided
    otherwise, or the time is over.
    """
    reply = lock_reply(owner, reply_id)
    call = _asked(reply, ordinal)
    decision = Decision.APPROVE if approve else Decision.DECLINE
    if call.decision == decision:
        return reply
    if call.decision or reply.status != Message.Status.WAITING or _is_over(call):
        raise DecisionTakenError
    return _decided(reply, call, decision, decided_by=owner)


def expire(limit: int) -> int:
    """Decides for those who did not, in time; tells how many."""
    overdue = ToolCall.objects.filter(state=State.WAITING, deadline__lt=Now())
    waited_for = overdue.filter(reply__status=Message.Status.WAITING, reply__conversation__deleted_at=None)
    found = list(waited_for.order_by("deadline").values_list("pk", "reply__conversation")[:limit])
    return sum(_expire(call, conversation) for call, conversation in found)


def end_questions(reply: Message) -> None:
    """Whoever cancelled it answers no more. Under the conversation's lock."""
    calls = ToolCall.objects.filter(reply=reply, state__in=(State.WAITING, State.APPROVED))
    declined = {"state": State.DECLINED, "decision": Decision.CANCELLED, "error": SAID[Decision.CANCELLED]}
    if reply.tools is not None:
        calls.update(**declined, decided_at=Now(), ended_at=Now())
        ToolCall.interrupt(reply)
        show(reply)


def _asked(reply: Message, ordinal: int) -> ToolCall:
    call = ToolCall.objects.filter(reply=reply, ordinal=ordinal).exclude(deadline=None).first()
    if call is None:
        raise NotFoundError("There is no such question.")
    return call


def _is_over(call: ToolCall) -> bool:
    """By the database's clock, as all deadlines."""
    return ToolCall.objects.filter(pk=call.pk, deadline__lt=Now()).exists()


@transaction.atomic
def _expire(call_id: UUID, conversation_id: UUID) -> bool:
    free = Conversation.objects.select_for_update(skip_locked=True)
    if not free.filter(pk=conversation_id, deleted_at=None).exists():
        return False
    call = ToolCall.objects.select_related("reply__conversation").get(pk=call_id)
    if call.state != State.WAITING or call.reply.status != Message.Status.WAITING:
        return False
    _decided(call.reply, call, Decision.EXPIRED)
    return True


def _decided(
    reply: Message, call: ToolCall, decision: ToolCall.Decision, decided_by: User | None = None
) -> Message:
    """The conversation's lock holds the status: nobody claims a reply that waits."""
    reply = Message.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=reply.pk)
    columns = {"decision": decision, "decided_by": decided_by, "decided_at": Now()}
    if decision == Decision.APPROVE:
        ToolCall.objects.filter(pk=call.pk).update(state=State.APPROVED, **columns)
    else:
        error = SAID[decision]
        ToolCall.objects.filter(pk=call.pk).update(
            state=State.DECLINED, error=error, ended_at=Now(), **columns
        )
    # The sweep counts it as queued from now on.
    fresh = _change(reply, Message.Status.QUEUED, heartbeat_at=Now())
    ring(fresh.conversation_id, fresh.pk)
    return fresh


def _change(reply: Message, status: Message.Status, **columns: object) -> Message:
    show(reply, status=status, **columns, **raised())
    fresh = Message.objects.select_related("conversation").get(pk=reply.pk)
    announce(fresh)
    return fresh
