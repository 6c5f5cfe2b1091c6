"""What was left behind: news nobody was told of, and conversations that are deleted."""

from django.db import connection, transaction

from conversations.models import Conversation, Message
from conversations.telling import news

OVERDUE = """
UPDATE {table} SET announce_since = statement_timestamp() WHERE id IN (
    SELECT id FROM {table} WHERE announce_since < statement_timestamp() - interval '2 seconds'
    ORDER BY announce_since LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""

# From the leaves up, so that no message goes before its children; Django would load them all first.
PURGE = """
WITH last AS (
    SELECT id FROM conversations_message WHERE conversation_id = %s ORDER BY seq DESC LIMIT %s
), locked AS (
    SELECT m.id FROM conversations_message m JOIN last USING (id) ORDER BY m.id FOR UPDATE OF m
)
DELETE FROM conversations_message WHERE id IN (SELECT id FROM locked)
"""


def tell_overdue(limit: int) -> int:
    """Publishes rows whose news is unacknowledged for 2 s, as they are now; tells how many.

    Each is marked as told this moment, so that two workers do not tell the same, nor one every second.
    """
    messages = Message.objects.select_related("conversation").in_bulk(_taken(Message, limit))
    conversations = Conversation.objects.in_bulk(_taken(Conversation, limit))
    rows: list[news.Row] = [*messages.values(), *conversations.values()]
    news.publish(rows)
    return len(rows)


def purge_deleted(limit: int) -> int:
    """Removes up to `limit` rows of deleted conversations whose news has arrived; tells how many."""
    gone, more = 0, True
    while more and gone < limit:
        removed = _purge_oldest(limit - gone)
        gone, more = gone + removed, removed > 0
    return gone


def _purge_oldest(limit: int) -> int:
    told = Conversation.objects.filter(announce_since=None).exclude(deleted_at=None)
    with transaction.atomic():
        conversation = told.select_for_update(skip_locked=True).order_by("deleted_at").first()
        return 0 if conversation is None else _purge(conversation, limit)


def _purge(conversation: Conversation, limit: int) -> int:
    Conversation.objects.filter(pk=conversation.pk).update(active_leaf=None)
    with connection.cursor() as cursor:
        cursor.execute(PURGE, [conversation.pk, limit])
        gone = int(cursor.rowcount)
    if gone == limit:
        return gone
    conversation.delete()
    return gone + 1


def _taken(model: type[Message] | type[Conversation], limit: int) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE.format(table=model._meta.db_table), [limit])
        return [row[0] for row in cursor.fetchall()]
