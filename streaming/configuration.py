"""Which broker and which topics, as the settings say."""

from django.conf import settings

from streaming.broker.options import BrokerOptions
from streaming.broker.topics import HOUR_MS, Topic, Topics

INCOMING = "incoming-messages"
RESPONSES = "bot-responses"
CONTROL = "bot-control"
GROUP = "runbot"


def broker_options() -> BrokerOptions:
    return BrokerOptions(settings.KAFKA)


def topic(name: str) -> str:
    """The name with this installation's prefix: several may share a broker."""
    return f"{settings.TOPIC_PREFIX}{name}"


def group() -> str:
    return f"{settings.TOPIC_PREFIX}{GROUP}"


def topics() -> list[Topic]:
    return [
        Topic(topic(INCOMING), kept_ms=7 * 24 * HOUR_MS),
        Topic(topic(RESPONSES), kept_ms=24 * HOUR_MS),
        Topic(topic(CONTROL), kept_ms=HOUR_MS),
    ]


def topic_client(*, timeout: float = 5.0) -> Topics:
    return Topics(broker_options(), fixed_id=settings.STREAM_EPOCH, timeout=timeout)
