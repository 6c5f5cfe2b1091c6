"""What a worker writes for nearly every reply, in one statement each: the usual claim, its start, its end.

`replies` decides whatever is not usual, step by step. A reply took 22 statements, most of whose cost was to
build them.

PostgreSQL plans them while hardly a reply is unfinished, and takes the indexes of those for empty. So that it
reads none of them whole when thousands wait, a row is found by its id, its status being a parameter; and the
lowest of a conversation by its order, alone.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from conversations import prepared
from conversations.answers.outcome import Outcome
from conversations.models import Conversation, Message
from conversations.prepared import Row, columns, loaded

QUEUED, STREAMING = Message.Status.QUEUED.value, Message.Status.STREAMING.value
SIBLINGS = """(
    SELECT array_agg(s.id ORDER BY s.seq) FROM conversations_message s
    WHERE s.parent_id = m.parent_id
)"""
ALL = f"{columns(Message, 'm')}, {columns(Conversation, 'c', 'conversation__')}"
# Whoever has the conversation locked is not waited for here.
CLAIM = f"""
WITH c AS (
    SELECT * FROM conversations_conversation WHERE id = %s AND deleted_at IS NULL FOR UPDATE SKIP LOCKED
), next AS (
    SELECT first.* FROM c, LATERAL (
        SELECT m.id, m.attempt FROM conversations_message m
        WHERE m.conversation_id = c.id AND m.status IN ('queued', 'streaming', 'waiting')
        ORDER BY m.seq LIMIT 1
    ) first
), claimed AS (
    UPDATE conversations_message m
    SET status = 'streaming', attempt = m.attempt + 1, tries = m.tries + 1, text = '', html = '', open = 0,
        next_index = 0, started_position = NULL, snapshot_position = NULL, citations = '[]', error = '',
        heartbeat_at = statement_timestamp(), announce_since = statement_timestamp(), rev = m.rev + 1
    FROM next
    WHERE m.id = next.id AND m.attempt = next.attempt AND m.status = %s AND m.tries < %s
        AND m.cancel_requested_at IS NULL
    RETURNING m.*, {SIBLINGS} AS siblings
)
SELECT {ALL}, m.siblings, EXISTS (SELECT FROM next) AS is_unfinished FROM c LEFT JOIN claimed m ON true
"""  # noqa: S608  (the names of columns)
BEGIN = """
UPDATE conversations_message SET started_position = %s, snapshot_position = %s
WHERE id = %s AND attempt = %s AND status = %s AND started_position IS NULL
"""
FINISH = f"""
WITH c AS (SELECT * FROM conversations_conversation WHERE id = %s FOR UPDATE)
UPDATE conversations_message m
SET status = CASE WHEN m.cancel_requested_at IS NULL THEN %s ELSE 'cancelled' END,
    error = CASE WHEN m.cancel_requested_at IS NULL THEN %s ELSE '' END,
    text = %s, html = %s, open = 0, next_index = %s, citations = %s, usage = %s,
    finished_at = statement_timestamp(), announce_since = statement_timestamp(), rev = m.rev + 1
FROM c WHERE m.id = %s AND m.attempt = %s AND m.status = %s
RETURNING {ALL}, {SIBLINGS} AS siblings, (
    SELECT o.id FROM conversations_message o WHERE o.conversation_id = m.conversation_id AND o.id <> m.id
    AND o.status IN ('queued', 'streaming', 'waiting') ORDER BY o.seq LIMIT 1
) IS NOT NULL AS is_more
"""  # noqa: S608  (the names of columns)


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as a statement left it, with its conversation, and all who answer the same, in order."""

    reply: Message
    siblings: list[UUID]


@dataclass(frozen=True, slots=True)
class Ended(Written):
    """`is_more`: other replies of the conversation were unfinished then."""

    is_more: bool


@dataclass(frozen=True, slots=True)
class Try:
    """`written`: claimed. Without it there may be work all the same (`is_open`) that is not usual."""

    written: Written | None
    is_open: bool


def claim(conversation_id: UUID, *, most_tries: int) -> Try:
    """The lowest unfinished reply, if it is queued and nothing speaks against it.

    What is queued at this very moment may be missed: it is rung for after its commit.
    """
    for row in prepared.rows(CLAIM, [conversation_id, QUEUED, most_tries]):
        return Try(Written(*_written(row)) if row["id"] else None, is_open=row["is_unfinished"])
    return Try(None, is_open=True)


def begin(reply: Message, position: str) -> bool:
    """Keeps where that attempt's start lies in the log; False when it is kept, or overtaken."""
    return bool(prepared.change(BEGIN, [position, position, reply.pk, reply.attempt, STREAMING]))


def finish(reply: Message, outcome: Outcome) -> Ended | None:
    """Ends that attempt, as cancelled when it was marked; None when it was overtaken."""
    said = [outcome.text, outcome.html, outcome.next_index, Jsonb(outcome.citations)]
    usage = None if outcome.usage is None else Jsonb(outcome.usage)
    values = [str(outcome.status), outcome.error, *said, usage, reply.pk, reply.attempt, STREAMING]
    for row in prepared.rows(FINISH, [reply.conversation_id, *values]):
        return Ended(*_written(row), row["is_more"])
    return None


def _written(row: Row) -> tuple[Message, list[UUID]]:
    reply = loaded(Message, row)
    reply.conversation = loaded(Conversation, row, "conversation__")
    return reply, row["siblings"]
