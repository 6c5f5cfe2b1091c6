"""This process's publisher, for whoever has news. Without one, or at its bound, news waits for the sweep."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from streaming.broker.errors import BrokerError, BrokerUnavailableError
from streaming.broker.publisher import Ack, Headers, Publisher
from streaming.configuration import RESPONSES, broker_options, topic
from streaming.current import Current
from streaming.event import Event

logger = logging.getLogger(__name__)
SURELY = 2.0
ALL_SURELY = 5.0

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


@dataclass(frozen=True, slots=True)
class Parcel:
    """A record to be written as it is, to the topic of that full name."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers


def send_all_surely(parcels: Sequence[Parcel]) -> list[bool]:
    """Whether the broker has each: blocks until it says so, or for five seconds; then the rest is given up.

    What was given up may have arrived all the same, if only its acknowledgement was lost.
    """
    are_there = [False] * len(parcels)
    passing = Publisher(broker_options(), patience_ms=int(ALL_SURELY * 1000))
    passing.start()
    try:
        for place, parcel in enumerate(parcels):
            _post(passing, parcel, partial(_tick, are_there, place))
    finally:
        passing.stop(timeout=ALL_SURELY + 1)
    return are_there


def send(
    name: str,
    key: bytes,
    value: bytes,
    *,
    headers: Headers | None = None,
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


def _post(publisher: Publisher, parcel: Parcel, on_ack: Callable[[Ack], None]) -> None:
    try:
        publisher.publish(parcel.topic, parcel.key, parcel.value, headers=parcel.headers, on_ack=on_ack)
    except BrokerError as error:
        logger.warning("a record for %s was not sent: %s", parcel.topic, error)


def _tick(boxes: list[bool], place: int, _ack: Ack) -> None:
    boxes[place] = True
