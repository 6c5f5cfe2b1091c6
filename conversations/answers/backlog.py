"""What waits in PostgreSQL, for whoever watches the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

MOST = 10_000
PATIENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class Backlog:
    """Of the whole service; each number is counted up to 10,000.

    `oldest_queued` is how many seconds ago the oldest reply was asked for that could be begun now: no earlier
    one of its conversation is unfinished. News is overdue after 5 s, when a sweep should have told it.
    """

    replies: Mapping[str, int]
    oldest_queued: float
    news_overdue: int
    dead_records: int


def look() -> Backlog:
    """Raises OperationalError after 2 s: who watches must not be what holds everything up."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        cursor.execute(UNFINISHED, [MOST])
        replies = dict.fromkeys(("queued", "streaming", "waiting"), 0) | dict(cursor.fetchall())
        cursor.execute(REST, [MOST] * 4)
        oldest, messages, conversations, dead = cursor.fetchone()
        return Backlog(replies, max(0.0, float(oldest or 0)), messages + conversations, dead)


UNFINISHED = """
SELECT status, count(*) FROM (
    SELECT status FROM conversations_message WHERE status IN ('queued', 'streaming', 'waiting') LIMIT %s
) unfinished GROUP BY status
"""

REST = """
WITH unfinished AS (
    SELECT conversation_id, seq, status, created_at FROM conversations_message
    WHERE role = 'assistant' AND status IN ('queued', 'streaming', 'waiting') ORDER BY created_at LIMIT %s
)
SELECT
    (SELECT extract(epoch FROM statement_timestamp() - min(created_at)) FROM (
        SELECT DISTINCT ON (conversation_id) status, created_at FROM unfinished ORDER BY conversation_id, seq
    ) first WHERE status = 'queued'),
    (SELECT count(*) FROM (SELECT FROM conversations_message
        WHERE announce_since < statement_timestamp() - interval '5 seconds' LIMIT %s) m),
    (SELECT count(*) FROM (SELECT FROM conversations_conversation
        WHERE announce_since < statement_timestamp() - interval '5 seconds' LIMIT %s) c),
    (SELECT count(*) FROM (SELECT FROM conversations_deadrecord WHERE sent_back_at IS NULL LIMIT %s) d)
"""
