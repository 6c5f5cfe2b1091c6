"""The usual claim and the usual end of a reply, in one statement each.

They do what `replies` does step by step, and leave to it whatever is not plain. A reply took 22 statements,
most of whose cost is to build them.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from conversations import replies
from conversations.branch import walk
from conversations.events import message_event, message_object
from conversations.models import Conversation, Message
from conversations.news import announce
from conversations.replies import MOST_TRIES, REMEMBERED, Claim, Outcome

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
BEGUN = """
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


def claim(conversation_id: UUID) -> Claim | None:
    """`replies.claim`. What is queued at this very moment may be missed: it is rung for after its commit."""
    rows = _rows(CLAIM, [conversation_id, MOST_TRIES])
    if rows and rows[0]["id"] is None and not rows[0]["is_unfinished"]:
        return None
    if not rows or rows[0]["id"] is None:
        return replies.claim(conversation_id)
    reply, siblings = _reply(rows[0])
    started = message_event(
        "reply.started",
        reply.conversation.owner_channel,
        message_object(reply, siblings),
        request=reply.request_id,
    )
    history = () if reply.parent_id is None else tuple(walk(reply.parent_id, limit=REMEMBERED))
    return Claim(reply, history, started)


def begun(claimed: Claim, position: str) -> bool:
    """`replies.begun`."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, [position, position, claimed.id, claimed.attempt])
        return bool(cursor.rowcount)


def finish(claimed: Claim, outcome: Outcome) -> Message | None:
    """`replies.finish`."""
    said = [outcome.text, outcome.html, outcome.next_index, Jsonb(outcome.citations)]
    values = [str(outcome.status), outcome.error, *said, claimed.id, claimed.attempt]
    rows = _rows(FINISH, [claimed.reply.conversation_id, *values])
    if not rows:
        return None
    reply, siblings = _reply(rows[0])
    announce(reply, siblings={reply.pk: siblings})
    return reply


def _rows(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(siblings=SIBLINGS, columns=COLUMNS), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _reply(row: dict[str, Any]) -> tuple[Message, list[UUID]]:
    """The reply with its conversation, and its siblings; columns that are not known are a later version's."""
    reply = Message.from_db("default", MESSAGE, [row[column] for column in MESSAGE])
    reply.citations = json.loads(row["citations"])
    values = [row[f"conversation__{column}"] for column in CONVERSATION]
    reply.conversation = Conversation.from_db("default", CONVERSATION, values)
    return reply, row["siblings"]
