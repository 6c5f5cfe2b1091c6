"""What a worker writes for nearly every reply, in one statement each: the usual claim, its start, its end.

`replies` decides whatever is not usual, step by step. A reply took 22 statements, most of whose cost was to
build them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from conversations.models import Conversation, Message
from conversations.outcome import Outcome

MESSAGE = [field.attname for field in Message._meta.concrete_fields]
CONVERSATION = [field.attname for field in Conversation._meta.concrete_fields]
COLUMNS = ", ".join(f"c.{column} AS conversation__{column}" for column in CONVERSATION)
SIBLINGS = """(
    SELECT array_agg(s.id ORDER BY s.seq) FROM conversations_message s
    WHERE s.conversation_id = m.conversation_id AND s.parent_id IS NOT DISTINCT FROM m.parent_id
) AS siblings"""
# Whoever has the conversation locked is not waited for here.
CLAIM = """
WITH c AS (
    SELECT * FROM conversations_conversation WHERE id = %s AND deleted_at IS NULL FOR UPDATE SKIP LOCKED
), next AS (
    SELECT m.id, m.attempt FROM conversations_message m JOIN c ON m.conversation_id = c.id
    WHERE m.status IN ('queued', 'streaming', 'waiting') ORDER BY m.seq LIMIT 1
), claimed AS (
    UPDATE conversations_message m
    SET status = 'streaming', attempt = m.attempt + 1, tries = m.tries + 1, text = '', html = '', open = 0,
        next_index = 0, started_position = NULL, snapshot_position = NULL, citations = '[]', error = '',
        heartbeat_at = statement_timestamp(), announce_since = statement_timestamp(), rev = m.rev + 1
    FROM next
    WHERE m.id = next.id AND m.attempt = next.attempt AND m.status = 'queued' AND m.tries < %s
        AND m.cancel_requested_at IS NULL
    RETURNING m.*, {siblings}
)
SELECT claimed.*, {columns}, EXISTS (SELECT FROM next) AS is_unfinished FROM c LEFT JOIN claimed ON true
"""
BEGIN = """
UPDATE conversations_message SET started_position = %s, snapshot_position = %s
WHERE id = %s AND attempt = %s AND status = 'streaming' AND started_position IS NULL
"""
FINISH = """
WITH c AS (SELECT * FROM conversations_conversation WHERE id = %s FOR UPDATE)
UPDATE conversations_message m
SET status = CASE WHEN m.cancel_requested_at IS NULL THEN %s ELSE 'cancelled' END,
    error = CASE WHEN m.cancel_requested_at IS NULL THEN %s ELSE '' END,
    text = %s, html = %s, open = 0, next_index = %s, citations = %s,
    finished_at = statement_timestamp(), announce_since = statement_timestamp(), rev = m.rev + 1
FROM c WHERE m.id = %s AND m.attempt = %s AND m.status = 'streaming'
RETURNING m.*, {siblings}, {columns}
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as a statement left it, with its conversation, and all who answer the same, in order."""

    reply: Message
    siblings: list[UUID]


@dataclass(frozen=True, slots=True)
class Try:
    """`written`: claimed. Without it there may be work all the same (`is_open`) that is not usual."""

    written: Written | None
    is_open: bool


def claim(conversation_id: UUID, *, most_tries: int) -> Try:
    """The lowest unfinished reply, if it is queued and nothing speaks against it.

    What is queued at this very moment may be missed: it is rung for after its commit.
    """
    rows = _rows(CLAIM, [conversation_id, most_tries])
    if not rows:
        return Try(None, is_open=True)
    is_claimed = rows[0]["id"] is not None
    return Try(_written(rows[0]) if is_claimed else None, is_open=rows[0]["is_unfinished"])


def begin(reply: Message, position: str) -> bool:
    """Keeps where that attempt's start lies in the log; False when it is kept, or overtaken."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [position, position, reply.pk, reply.attempt])
        return bool(cursor.rowcount)


def finish(reply: Message, outcome: Outcome) -> Written | None:
    """Ends that attempt, as cancelled when it was marked; None when it was overtaken."""
    said = [outcome.text, outcome.html, outcome.next_index, Jsonb(outcome.citations)]
    values = [str(outcome.status), outcome.error, *said, reply.pk, reply.attempt]
    rows = _rows(FINISH, [reply.conversation_id, *values])
    return _written(rows[0]) if rows else None


def _rows(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(siblings=SIBLINGS, columns=COLUMNS), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _written(row: dict[str, Any]) -> Written:
    """Columns that are not known are a later version's."""
    reply = Message.from_db("default", MESSAGE, [row[column] for column in MESSAGE])
    reply.citations = json.loads(row["citations"])
    values = [row[f"conversation__{column}"] for column in CONVERSATION]
    reply.conversation = Conversation.from_db("default", CONVERSATION, values)
    return Written(reply, row["siblings"])
