"""The life of a reply as PostgreSQL decides it: claimed, kept alive, finished, handed over.

Every write names its attempt and requires `streaming`: a worker that was overtaken changes nothing. Locks are
taken in one order everywhere: the conversation, then its messages by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import (
    Case,
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Now

from conversations.answers import plain_reply
from conversations.answers.locks import wait_for_locks
from conversations.answers.open_text import closed_html
from conversations.answers.outcome import Outcome
from conversations.answers.plain_reply import Ended
from conversations.models import Conversation, Message, ToolCall
from conversations.models.announced import raised
from conversations.reading.branch import walk
from conversations.telling.events import message_event, message_objects
from conversations.telling.news import announce, ring
from streaming.counted import Count
from streaming.event import Event

LEASE = timedelta(seconds=10)
MARKED = Q(cancel_requested_at__isnull=False)
MOST_TRIES = 3
LOCKED_MS = 300  # one who sleeps may hold many conversations, and a worker has few threads
REMEMBERED = 50
ended_unclaimed = Count()  # replies that a worker ended without an attempt, by status
GAVE_UP = "The answer could not be finished after three tries. Ask again, please."


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one reply, which is ours until its heartbeat stops.

    `history` is the branch that led to it, the question last; `started` is what readers are to be told.
    """

    reply: Message
    history: tuple[Message, ...]
    started: Event

    @property
    def id(self) -> UUID:
        return self.reply.pk

    @property
    def attempt(self) -> int:
        return self.reply.attempt


def claim(conversation_id: UUID) -> Claim | None:
    """The conversation's next answer, if it is nobody's: its lowest unfinished reply, queued or stale.

    On the way, replies that must not run are ended: marked for cancelling, or tried three times. Raises
    OperationalError when somebody keeps the conversation locked: it is stranded then, and found again.
    """
    usual = plain_reply.claim(conversation_id, most_tries=MOST_TRIES)
    if usual.written is not None:
        return _claim_of(usual.written.reply, usual.written.siblings)
    return _claim_by_steps(conversation_id) if usual.is_open else None


def begun(claimed: Claim, position: str) -> bool:
    """Keeps where `reply.started` lies in the log; False when the attempt is no longer ours."""
    return plain_reply.begin(claimed.reply, position)


def finish(claimed: Claim, outcome: Outcome) -> Ended | None:
    """Ends the attempt for good; None when it is no longer ours, and then nothing may be published.

    One that was marked for cancelling meanwhile ends as cancelled, with what was said.
    """
    ended = plain_reply.finish(claimed.reply, outcome)
    if ended is not None:
        if ended.reply.tools is not None:
            ToolCall.interrupt(ended.reply)
        announce(ended.reply, siblings={ended.reply.pk: ended.siblings})
    return ended


@transaction.atomic
def hand_over(claimed: Claim) -> bool:
    """Gives an attempt back, as if it had not been tried; one marked for cancelling ends instead."""
    _locked(claimed.reply.conversation_id)
    given = _mine(claimed).update(
        status=Case(When(MARKED, then=Value(Message.Status.CANCELLED)), default=Value(Message.Status.QUEUED)),
        finished_at=Case(When(MARKED, then=Now()), default=None, output_field=DateTimeField()),
        tries=F("tries") - 1,
        heartbeat_at=Now(),
        **raised(),
    )
    if not given:
        return False
    reply = Message.objects.select_related("conversation").get(pk=claimed.id)
    if reply.is_finished:
        _close(reply)
        if reply.tools is not None:
            ToolCall.interrupt(reply)
    announce(reply)
    ring(reply.conversation_id, reply.pk)
    return True


def _close(reply: Message) -> None:
    """Ours by the lock of the statement before."""
    reply.html, reply.open = closed_html(reply), 0
    reply.save(update_fields=["html", "open"])


def stranded(limit: int) -> list[UUID]:
    """Conversations whose next answer nobody works on: queued for 2 s, or without a heartbeat for 10 s."""
    # One look-up for each: joined, all that is unfinished would be read for each.
    same = Message.objects.filter(conversation=OuterRef("conversation"), status__in=Message.UNFINISHED)
    first = Subquery(same.order_by("seq").values("pk")[:1])
    waited = ExpressionWrapper(Now() - timedelta(seconds=2), output_field=DateTimeField())
    overdue = Q(status=Message.Status.QUEUED, heartbeat_at=None, created_at__lt=waited)
    overdue |= Q(status=Message.Status.QUEUED, heartbeat_at__lt=waited) | _is_stale()
    unfinished = Message.objects.filter(
        role=Message.Role.ASSISTANT, status__in=Message.UNFINISHED, conversation__deleted_at=None
    )
    found = unfinished.filter(overdue, pk=first).order_by("created_at")
    return list(found.values_list("conversation_id", flat=True)[:limit])


@transaction.atomic
def _claim_by_steps(conversation_id: UUID) -> Claim | None:
    wait_for_locks(LOCKED_MS)
    if not _locked(conversation_id):
        return None
    while (reply := _next_free(conversation_id)) is not None:
        verdict = _verdict(reply)
        if verdict is None:
            return _claimed(reply)
        if not _end_unclaimed(reply, *verdict):
            break
    return None


def _locked(conversation_id: UUID) -> bool:
    rows = Conversation.objects.select_for_update().filter(pk=conversation_id, deleted_at=None)
    return rows.values_list("pk").first() is not None


def _next_free(conversation_id: UUID) -> Message | None:
    """The lowest unfinished reply; None when it is being answered, or waits for a person."""
    unfinished = Message.objects.filter(conversation=conversation_id, status__in=Message.UNFINISHED)
    reply = unfinished.order_by("seq").first()
    return reply if reply is not None and _still_free(reply).exists() else None


def _is_stale() -> Q:
    """By the database's clock: workers' clocks differ."""
    lapsed = ExpressionWrapper(Now() - LEASE, output_field=DateTimeField())
    return Q(status=Message.Status.STREAMING, heartbeat_at__lt=lapsed)


def _verdict(reply: Message) -> tuple[Message.Status, str] | None:
    if reply.cancel_requested_at is not None:
        return Message.Status.CANCELLED, ""
    if reply.tries >= MOST_TRIES:
        return Message.Status.FAILED, GAVE_UP
    return None


def _end_unclaimed(reply: Message, status: Message.Status, error: str) -> bool:
    # The fence rises too, so that whoever still believes to have this reply writes nothing more.
    ended = _still_free(reply).update(
        status=status,
        html=closed_html(reply),
        open=0,
        error=error,
        attempt=F("attempt") + 1,
        finished_at=Now(),
        **raised(),
    )
    if ended:
        ended_unclaimed.add(status)
        if reply.tools is not None:
            ToolCall.interrupt(reply)
        announce(Message.objects.select_related("conversation").get(pk=reply.pk))
    return ended == 1


def _still_free(reply: Message) -> QuerySet[Message]:
    """That reply as it was read, unless its heartbeat came after all."""
    same = Message.objects.filter(pk=reply.pk, attempt=reply.attempt, status=reply.status)
    return same.filter(Q(status=Message.Status.QUEUED) | _is_stale())


def _claimed(reply: Message) -> Claim | None:
    taken = _still_free(reply).update(
        status=Message.Status.STREAMING,
        attempt=F("attempt") + 1,
        tries=F("tries") + 1,
        heartbeat_at=Now(),
        text="",
        html="",
        open=0,
        next_index=0,
        started_position=None,
        snapshot_position=None,
        citations=[],
        error="",
        **raised(),
    )
    return _claim_of(Message.objects.select_related("conversation").get(pk=reply.pk)) if taken else None


def _claim_of(reply: Message, siblings: Sequence[UUID] | None = None) -> Claim:
    (data,) = message_objects([reply], None if siblings is None else {reply.pk: siblings})
    channel = reply.conversation.owner_channel
    started = message_event("reply.started", channel, data, request=reply.request_id)
    return Claim(reply, _history(reply), started)


def _history(reply: Message) -> tuple[Message, ...]:
    """The branch that led to this reply, the question last."""
    if reply.parent_id is None:
        return ()
    return tuple(walk(reply.parent_id, limit=REMEMBERED))


def _mine(claimed: Claim) -> QuerySet[Message]:
    return Message.objects.filter(pk=claimed.id, attempt=claimed.attempt, status=Message.Status.STREAMING)
