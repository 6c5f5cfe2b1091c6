"""Somebody has heard enough: a reply ends with what was said so far, or before anything was."""

from uuid import UUID

from django.db import transaction
from django.db.models import Case, Expression, F, Field, Q, Value, When
from django.db.models.functions import Now

from conversations.answers.approvals import end_questions
from conversations.answers.open_text import closed_html
from conversations.models import Message, User
from conversations.models.announced import raised
from conversations.ownership import lock_reply
from conversations.telling.news import announce, call_off, ring

BEING_SAID = Q(status=Message.Status.STREAMING)


@transaction.atomic
def cancel_reply(owner: User, reply_id: UUID) -> Message:
    """The reply as it is then. One that nobody says yet ends here, and the one behind it is free.

    One that is being said is marked, and ends a moment later: the mark is met by whoever runs, finishes,
    hands over or takes over that reply. A finished one stays as it is, so this may be repeated.
    """
    reply = lock_reply(owner, reply_id)
    has_changed = _mark(reply)
    if has_changed and reply.status != Message.Status.STREAMING:
        end_questions(reply)
    fresh = Message.objects.select_related("conversation").get(pk=reply_id)
    if has_changed:
        announce(fresh)
    if not fresh.is_finished:
        call_off(fresh.conversation_id, fresh.pk)
    elif has_changed:
        ring(fresh.conversation_id, fresh.pk)
    return fresh


def _mark(reply: Message) -> bool:
    """What is not being said is ended by the same statement. The conversation's lock holds the status."""
    unfinished = Message.objects.filter(pk=reply.pk, status__in=Message.UNFINISHED)
    unmarked = unfinished.exclude(BEING_SAID, cancel_requested_at__isnull=False)
    ended = {
        "status": Value(Message.Status.CANCELLED),
        "finished_at": Now(),
        "html": Value(closed_html(reply)),
        "open": Value(0),
    }
    columns = {name: _unless_said(name, value) for name, value in ended.items()}
    return unmarked.update(cancel_requested_at=Now(), **columns, **raised()) == 1


def _unless_said(column: str, value: Expression) -> Case:
    field = Message._meta.get_field(column)
    assert isinstance(field, Field), "it is a column"
    return Case(When(BEING_SAID, then=F(column)), default=value, output_field=field)
