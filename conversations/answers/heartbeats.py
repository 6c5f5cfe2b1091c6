"""A worker tells that its answers are alive, and keeps what they said so far: one statement for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction

from conversations.answers.locks import is_lock_timeout, wait_for_locks

LOCK_TIMEOUT_MS = 200


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far an attempt is: text and html up to `next_index`, and a position never beyond them.

    `usage` is what the reply took so far, where it is known. No heartbeat keeps that; a pause does.
    """

    id: UUID
    attempt: int
    text: str
    html: str
    open: int
    next_index: int
    position: str | None
    usage: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """A heartbeat's answer: the attempt is still ours. `is_cancelled`: and should end."""

    id: UUID
    is_cancelled: bool


BEAT = """
WITH beat AS (
    SELECT * FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::int[], %s::int[], %s::text[])
        AS b(id, attempt, text, html, open, next_index, position)
), mine AS (
    SELECT m.id FROM conversations_message m JOIN beat USING (id, attempt)
    WHERE m.status = 'streaming' ORDER BY m.id FOR UPDATE OF m {locked}
)
UPDATE conversations_message m
SET heartbeat_at = statement_timestamp(), text = beat.text, html = beat.html, open = beat.open,
    next_index = beat.next_index,
    snapshot_position = CASE WHEN m.started_position IS NULL THEN NULL
                             ELSE coalesce(beat.position, m.snapshot_position) END
FROM beat JOIN mine USING (id)
WHERE m.id = beat.id
RETURNING m.id, m.cancel_requested_at IS NOT NULL
"""
OURS = """
SELECT m.id, m.cancel_requested_at IS NOT NULL
FROM conversations_message m JOIN unnest(%s::uuid[], %s::int[]) AS beat(id, attempt) USING (id, attempt)
WHERE m.status = 'streaming'
"""


def beat(snapshots: Sequence[Snapshot]) -> dict[UUID, Pulse]:
    """Renews all leases; an attempt without a pulse is no longer ours.

    Rows that are locked for longer than 200 ms do not hold up the others, however many they are: then they
    are passed over, and count as alive until the next beat.
    """
    try:
        return _beat(snapshots)
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        renewed = _beat(snapshots, locked="SKIP LOCKED")
        return _ours(snapshots) | renewed


def _beat(snapshots: Sequence[Snapshot], *, locked: str = "") -> dict[UUID, Pulse]:
    names = ("id", "attempt", "text", "html", "open", "next_index", "position")
    with transaction.atomic():
        wait_for_locks(LOCK_TIMEOUT_MS)
        return _pulses(BEAT.format(locked=locked), snapshots, names)


def _ours(snapshots: Sequence[Snapshot]) -> dict[UUID, Pulse]:
    """As their rows say without a lock."""
    return _pulses(OURS, snapshots, ("id", "attempt"))


def _pulses(statement: str, snapshots: Sequence[Snapshot], names: Sequence[str]) -> dict[UUID, Pulse]:
    columns = [[getattr(snapshot, name) for snapshot in snapshots] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        return {row[0]: Pulse(*row) for row in cursor.fetchall()}
