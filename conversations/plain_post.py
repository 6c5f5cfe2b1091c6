"""The usual post in one statement: said for the first time, at the end of the active branch.

It does what `posting` does step by step. Nine statements cost a web process four times as much as this one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import Field
from django.db.models.expressions import DatabaseDefault

from conversations.models import Conversation, Message, User

# What only the locked row knows.
GIVEN = ("conversation_id", "parent_id", "seq", "bot")
SAY = """
WITH found AS (
    SELECT * FROM conversations_conversation WHERE id = %s AND owner_id = %s AND deleted_at IS NULL FOR UPDATE
), plain AS (
    SELECT * FROM found
    WHERE NOT EXISTS (SELECT FROM conversations_message m WHERE m.conversation_id = found.id
                      AND m.client_message_id = %s AND m.role = 'user')
    AND NOT EXISTS (SELECT FROM conversations_message m WHERE m.parent_id = found.active_leaf_id)
    AND (found.active_leaf_id IS NOT NULL OR found.last_seq = 0)
), said AS (
    INSERT INTO conversations_message (conversation_id, parent_id, seq, bot, {columns})
    SELECT id, active_leaf_id, last_seq + 1, '', {values} FROM plain
), queued AS (
    INSERT INTO conversations_message (conversation_id, parent_id, seq, bot, {columns})
    SELECT id, %s, last_seq + 2, bot, {values} FROM plain
)
UPDATE conversations_conversation c
SET title = CASE c.title WHEN '' THEN %s ELSE c.title END, last_seq = plain.last_seq + 2, active_leaf_id = %s,
    last_activity_at = statement_timestamp(), announce_since = statement_timestamp(), rev = c.rev + 1
FROM plain WHERE c.id = plain.id
RETURNING plain.active_leaf_id, c.id, c.owner_id, c.title, c.bot, c.client_id, c.active_leaf_id, c.last_seq,
    c.rev, c.created_at, c.last_activity_at, c.announce_since
"""
RETURNED = (
    *("id", "owner_id", "title", "bot", "client_id", "active_leaf_id", "last_seq"),
    *("rev", "created_at", "last_activity_at", "announce_since"),
)


def say(owner: User, conversation_id: UUID, message: Message, reply: Message, *, title: str) -> bool:
    """Inserts both, and fills in where they stand; False when that is not plain, and nothing was done.

    Not within a transaction: two posts with one `client_message_id` at the same moment would break it. The
    conversation's row is locked, and only what was read of it under that lock is built on: whoever posts at
    the same moment waits, and a message that this statement is too early to see is met by a unique index.
    """
    columns = [field for field in Message._meta.concrete_fields if _is_ours(field, message)]
    values = [_values(columns, each) for each in (message, reply)]
    asked = [conversation_id, owner.pk, message.client_message_id, *values[0], message.pk, *values[1]]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_statement(columns), [*asked, title, reply.pk])
            row = cursor.fetchone()
    except IntegrityError:
        return False
    if row is not None:
        _place(Conversation(**dict(zip(RETURNED, row[1:], strict=True))), row[0], message, reply)
    return row is not None


def _is_ours(field: "Field[object, object]", message: Message) -> bool:
    """The rest is the database's default."""
    value = getattr(message, field.attname)
    return field.attname not in GIVEN and not isinstance(value, DatabaseDefault)


def _values(columns: Sequence["Field[object, object]"], message: Message) -> list[Any]:
    return [field.get_db_prep_save(getattr(message, field.attname), connection) for field in columns]


def _statement(columns: Sequence["Field[object, object]"]) -> str:
    names = ", ".join(f'"{field.column}"' for field in columns)
    return SAY.format(columns=names, values=", ".join(["%s"] * len(columns)))


def _place(conversation: Conversation, leaf: UUID | None, message: Message, reply: Message) -> None:
    now: datetime = conversation.last_activity_at
    for number, each in enumerate([message, reply]):
        each.conversation, each.seq = conversation, conversation.last_seq - 1 + number
        each.created_at = each.announce_since = now
        each._state.adding = False
    message.parent_id, reply.parent = leaf, message
    reply.bot = conversation.bot
