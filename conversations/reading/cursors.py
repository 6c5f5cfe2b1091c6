"""Where a reader's stream goes on from what they were just shown, so that nothing lies between the two."""

import time
from collections.abc import Sequence

from conversations.models import Message, User
from streaming.delivery import current

PATIENCE = 1.0
PAUSE = 0.05


def live_position(channel: str) -> str | None:
    """Taken before PostgreSQL is read or written. None while the broker cannot be reached."""
    delivery = current()
    return None if delivery is None else delivery.position(channel)


def with_positions(messages: Sequence[Message]) -> list[Message]:
    """The messages, each streaming reply among them read again until it has a position: 1 s at most."""
    placed, deadline = list(messages), time.monotonic() + PATIENCE
    while (unplaced := [message.pk for message in placed if lacks_position(message)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(PAUSE)
        fresh = Message.objects.in_bulk(unplaced)
        placed = [fresh.get(message.pk, message) for message in placed]
    return placed


def cursor(owner: User, live: str | None, messages: Sequence[Message]) -> str | None:
    """The earlier of `live` and the positions of the answers in flight among `messages`; None: not known."""
    delivery = current()
    if delivery is None or live is None or any(map(lacks_position, messages)):
        return None
    in_flight = [message.snapshot_position for message in messages if _is_streaming(message)]
    return delivery.settled([*filter(None, in_flight)], owner.channel, live=live)


def lacks_position(message: Message) -> bool:
    return _is_streaming(message) and message.snapshot_position is None


def _is_streaming(message: Message) -> bool:
    return message.status == Message.Status.STREAMING
