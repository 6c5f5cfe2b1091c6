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
from conversations.prepared import columns, loaded, rows

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
RETURNING plain.active_leaf_id AS leaf, {returned}
"""
RETURNED = columns(Conversation, "c")


def say(owner: User, conversation_id: UUID, message: Message, reply: Message, *, title: str) -> bool:
    """Inserts both, and fills in where they stand; False when that is not plain, and nothing was done.

    Not within a transaction: two posts with one `client_message_id` at the same moment would break it. The
    conversation's row is locked, and only what was read of it under that lock is built on: whoever posts at
    the same moment waits, and a message that this statement is too early to see is met by a unique index.
    """
    fields = [field for field in Message._meta.concrete_fields if _is_ours(field, message)]
    values = [_values(fields, each) for each in (message, reply)]
    asked = [conversation_id, owner.pk, message.client_message_id, *values[0], message.pk, *values[1]]
    try:
        found = rows(_statement(fields), [*asked, title, reply.pk])
    except IntegrityError:
        return False
    for row in found:
        _place(loaded(Conversation, row), row["leaf"], message, reply)
    return bool(found)


def _is_ours(field: "Field[object, object]", message: Message) -> bool:
    """The rest is the database's default."""
    value = getattr(message, field.attname)
    return field.attname not in GIVEN and not isinstance(value, DatabaseDefault)


def _values(fields: Sequence["Field[object, object]"], message: Message) -> list[Any]:
    return [field.get_db_prep_save(getattr(message, field.attname), connection) for field in fields]


def _statement(fields: Sequence["Field[object, object]"]) -> str:
    names = ", ".join(f'"{field.column}"' for field in fields)
    return SAY.format(columns=names, values=", ".join(["%s"] * len(fields)), returned=RETURNED)


def _place(conversation: Conversation, leaf: UUID | None, message: Message, reply: Message) -> None:
    now: datetime = conversation.last_activity_at
    for number, each in enumerate([message, reply]):
        each.conversation, each.seq = conversation, conversation.last_seq - 1 + number
        each.created_at = each.announce_since = now
        each._state.adding = False
    message.parent_id, reply.parent = leaf, message
    reply.bot = conversation.bot
