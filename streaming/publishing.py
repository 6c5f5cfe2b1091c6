"""This process's publisher, for whoever has news. Without one, or at its bound, news waits for the sweep."""

from collections.abc import Callable

from streaming.broker.errors import BrokerUnavailableError
from streaming.broker.publisher import Ack, Publisher
from streaming.configuration import RESPONSES, broker_options, topic
from streaming.current import Current
from streaming.event import Event

SURELY = 2.0

publishers = Current[Publisher]()
install = publishers.install


def tell(event: Event, on_ack: Callable[[Ack], None] | None = None) -> bool:
    """Writes an event to `bot-responses`; whether it is on its way. `on_ack` as Publisher.publish has it:
    an AckOrRefusal hears of an event too large for the broker.

    Raises RecordTooLargeError for one beyond our own limit.
    """
    return send(RESPONSES, event.key, event.value, headers=event.headers, on_ack=on_ack)


def tell_surely(event: Event) -> None:
    """Like `tell`; a process without a publisher, a management command say, has one for this event alone.

    Then it blocks until the broker has the event, or for two seconds.
    """
    if publishers.get() is not None:
        tell(event)
    elif broker_options().is_set:
        passing = Publisher(broker_options(), patience_ms=int(SURELY * 1000))
        passing.start()
        passing.publish(topic(RESPONSES), event.key, event.value, headers=event.headers)
        passing.stop(timeout=SURELY)


def send(
    name: str,
    key: bytes,
    value: bytes,
    *,
    headers: list[tuple[str, str | bytes | None]] | None = None,
    on_ack: Callable[[Ack], None] | None = None,
) -> bool:
    publisher = publishers.get()
    if publisher is None:
        return False
    try:
        publisher.publish(topic(name), key, value, headers=headers, on_ack=on_ack)
    except BrokerUnavailableError:
        return False
    return True
