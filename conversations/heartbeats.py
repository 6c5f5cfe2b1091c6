"""A worker tells that its answers are alive, and keeps what they said so far: one statement for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError, connection, transaction

from conversations.locks import is_lock_timeout, wait_for_locks

LOCK_TIMEOUT_MS = 200


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far an attempt is: text and html up to `next_index`, and a position never beyond them."""

    id: UUID
    attempt: int
    text: str
    html: str
    open: int
    next_index: int
    position: str | None


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
    WHERE m.status = 'streaming' ORDER BY m.id FOR UPDATE OF m
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


def beat(snapshots: Sequence[Snapshot]) -> dict[UUID, Pulse]:
    """Renews all leases; an attempt without a pulse is no longer ours.

    A row that is locked for longer than 200 ms does not hold up the others: then they are renewed one by
    one, and the locked one counts as alive until the next beat.
    """
    try:
        return _beat(snapshots)
    except OperationalError:
        pulses: dict[UUID, Pulse] = {}
        for snapshot in snapshots:
            pulses |= _beat_alone(snapshot)
        return pulses


def _beat_alone(snapshot: Snapshot) -> dict[UUID, Pulse]:
    try:
        return _beat([snapshot])
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        return {snapshot.id: Pulse(snapshot.id, is_cancelled=False)}


def _beat(snapshots: Sequence[Snapshot]) -> dict[UUID, Pulse]:
    names = ("id", "attempt", "text", "html", "open", "next_index", "position")
    columns = [[getattr(snapshot, name) for snapshot in snapshots] for name in names]
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for_locks(LOCK_TIMEOUT_MS)
        cursor.execute(BEAT, columns)
        return {row[0]: Pulse(*row) for row in cursor.fetchall()}
