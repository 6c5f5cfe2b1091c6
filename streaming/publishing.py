"""This process's publisher, for whoever has news. Without one, or at its bound, news waits for the sweep."""

from collections.abc import Callable

from streaming.broker.errors import BrokerUnavailableError
from streaming.broker.publisher import Ack, Publisher
from streaming.configuration import RESPONSES, topic
from streaming.event import Event

_current: Publisher | None = None


def install(publisher: Publisher | None) -> None:
    """For whoever owns it: the web's lifespan, or the worker."""
    global _current  # noqa: PLW0603
    _current = publisher


def tell(event: Event, on_ack: Callable[[Ack], None] | None = None) -> bool:
    """Writes an event to `bot-responses`; whether it is on its way. `on_ack` as Publisher.publish has it.

    Raises RecordTooLargeError.
    """
    return send(RESPONSES, event.key, event.value, headers=event.headers, on_ack=on_ack)


def send(
    name: str,
    key: bytes,
    value: bytes,
    *,
    headers: list[tuple[str, str | bytes | None]] | None = None,
    on_ack: Callable[[Ack], None] | None = None,
) -> bool:
    if _current is None:
        return False
    try:
        _current.publish(topic(name), key, value, headers=headers, on_ack=on_ack)
    except BrokerUnavailableError:
        return False
    return True
