"""What was asked of tools for a reply, as PostgreSQL keeps it: written down before a call runs.

Every write names its attempt and requires `streaming`, under the reply's lock: a worker that was overtaken
changes nothing, and neither does a call that was given up and comes to its end after all. The reply is locked
before its calls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from conversations.answers.replies import Claim
from conversations.models import Message, ToolCall, User

State = ToolCall.State


class OvertakenError(Exception):
    """The attempt is no longer ours: nothing was written, and nothing may be said any more."""


class CalledOffError(Exception):
    """Somebody has stopped this answer: nothing more is to be done for it."""


class EndedError(Exception):
    """The call has come to its end already."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that is to be made: of `arguments`, plain JSON, `digest` is the SHA-256."""

    ordinal: int
    tool: str
    arguments: dict[str, Any]
    digest: str
    label: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a call: plain JSON that PostgreSQL can hold, or in a sentence why nothing did."""

    state: ToolCall.State
    result: object = None
    error: str = ""


def kept(claimed: Claim) -> list[ToolCall]:
    """The journal of all attempts, in order."""
    return list(ToolCall.objects.filter(reply=claimed.id).order_by("ordinal"))


def owner(claimed: Claim) -> User:
    """With whose rights tools run: whose conversation it is now."""
    return User.objects.get(conversations=claimed.reply.conversation_id)


@transaction.atomic
def begin(claimed: Claim, draft: Draft) -> tuple[ToolCall, User]:
    """The call runs from now on, with the rights of that user. It may have been in the journal before."""
    reply = locked(claimed)
    call = write(claimed, draft, state=State.RUNNING, began_at=Now())
    show(reply)
    return call, reply.conversation.owner


@transaction.atomic
def end(claimed: Claim, ordinal: int, ending: Ending) -> ToolCall:
    """The call as it ended: perhaps otherwise, where that had been written down before."""
    reply = locked(claimed, even_if_called_off=True)
    if _close(claimed, ordinal, ending):
        show(reply)
    return _call(claimed, ordinal)


def carry_out(claimed: Claim, ordinal: int, effect: Callable[[], object], *, seconds: float) -> ToolCall:
    """Runs `effect` and keeps what it returns, in one transaction: both are there afterwards, or neither.

    May be repeated after an error of the connection: an effect that is kept is not had again. No statement
    takes longer than `seconds`. Raises what `effect` raises.
    """
    try:
        return _carried_out(claimed, ordinal, effect, seconds)
    except EndedError:
        return _call(claimed, ordinal)


@transaction.atomic
def looked_up(look: Callable[[], str], *, seconds: float) -> str:
    """What `look` finds in the database, none of whose statements takes longer; what it changed is undone."""
    _limit_statements(seconds)
    found = look()
    transaction.set_rollback(True)
    return found


@transaction.atomic
def _carried_out(claimed: Claim, ordinal: int, effect: Callable[[], object], seconds: float) -> ToolCall:
    if _call(claimed, ordinal).state != State.RUNNING:
        raise EndedError
    _limit_statements(seconds)
    result = effect()
    # After the effect, so that heartbeats are not held up by it; what it did is undone where this raises.
    reply = locked(claimed)
    if not _close(claimed, ordinal, Ending(State.DONE, result)):
        raise EndedError
    show(reply)
    return _call(claimed, ordinal)


def locked(claimed: Claim, *, even_if_called_off: bool = False) -> Message:
    """The reply, which is this attempt's as long as the transaction lasts."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("conversation__owner")
    ours = rows.filter(pk=claimed.id, attempt=claimed.attempt, status=Message.Status.STREAMING)
    reply = ours.first()
    if reply is None:
        raise OvertakenError
    if reply.cancel_requested_at is not None and not even_if_called_off:
        raise CalledOffError
    return reply


def write(claimed: Claim, draft: Draft, **columns: Any) -> ToolCall:
    """Under the reply's lock."""
    fresh = {name: getattr(draft, name) for name in ("tool", "arguments", "digest", "label")}
    columns["attempt"] = claimed.attempt
    call, _ = ToolCall.objects.update_or_create(
        reply_id=claimed.id, ordinal=draft.ordinal, defaults=columns, create_defaults={**fresh, **columns}
    )
    return call


def show(reply: Message, **columns: Any) -> None:
    """Under the reply's lock: its row says of its calls what they are now."""
    calls = ToolCall.objects.filter(reply=reply).order_by("ordinal")
    Message.objects.filter(pk=reply.pk).update(tools=[call.shown for call in calls], **columns)


def _limit_statements(seconds: float) -> None:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")


def _close(claimed: Claim, ordinal: int, ending: Ending) -> bool:
    ours = ToolCall.objects.filter(reply=claimed.id, ordinal=ordinal, attempt=claimed.attempt)
    columns = {"state": ending.state, "result": ending.result, "error": ending.error}
    return ours.filter(state=State.RUNNING).update(**columns, ended_at=Now()) == 1


def _call(claimed: Claim, ordinal: int) -> ToolCall:
    return ToolCall.objects.get(reply=claimed.id, ordinal=ordinal)
