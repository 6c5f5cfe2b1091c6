"""What PostgreSQL holds in the end."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

CONNECT_SECONDS = 5
MESSAGES = """
SELECT id::text, conversation_id::text AS conversation, parent_id::text AS parent, seq, role, status, text,
       error, attempt, tries, client_message_id::text, announce_since IS NOT NULL AS is_marked,
       created_at, finished_at
FROM conversations_message ORDER BY conversation_id, seq
"""
MARKED_CONVERSATIONS = "SELECT id::text FROM conversations_conversation WHERE announce_since IS NOT NULL"
UNFINISHED = ("queued", "streaming", "waiting")


@dataclass(frozen=True, slots=True)
class Row:
    """`is_marked`: readers were not told of its latest change, as far as the row knows."""

    id: str
    conversation: str
    parent: str | None
    seq: int
    role: str
    status: str
    text: str
    error: str
    attempt: int
    tries: int
    client_message_id: str | None
    is_marked: bool
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_reply(self) -> bool:
        return self.role == "assistant"


@dataclass(frozen=True, slots=True)
class Rows:
    """All messages by conversation and `seq`, and the conversations that are marked."""

    messages: list[Row]
    marked_conversations: list[str]

    @property
    def are_settled(self) -> bool:
        is_pending = any(row.is_marked or row.status in UNFINISHED for row in self.messages)
        return not is_pending and not self.marked_conversations


def read_rows(database_url: str) -> Rows:
    """Raises psycopg.OperationalError while PostgreSQL is away."""
    with psycopg.connect(database_url, connect_timeout=CONNECT_SECONDS) as connection:
        messages = connection.cursor(row_factory=class_row(Row)).execute(MESSAGES).fetchall()
        marked = connection.execute(MARKED_CONVERSATIONS).fetchall()
    return Rows(messages, [row[0] for row in marked])
