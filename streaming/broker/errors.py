"""What can go wrong between us and Kafka, as types.

BrokerError
├── BrokerUnavailableError     try again, with backoff
│   └── PublisherFullError     the local queue is at its bound
├── PositionLostError          the log does not have that offset (any more, or yet): reset
└── BrokerRefusedError         configuration or permission: a person has to change something
"""

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException

REFUSALS = frozenset(
    {
        KafkaError._AUTHENTICATION,
        KafkaError._INVALID_ARG,
        KafkaError._SSL,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.POLICY_VIOLATION,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
    }
)
TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})


class BrokerError(Exception):
    """Kafka did not do what was asked."""


class BrokerUnavailableError(BrokerError):
    """Kafka can't be reached, or did not answer in time."""


class PublisherFullError(BrokerUnavailableError):
    """More records wait for Kafka than the publisher may hold."""


class RecordTooLargeError(BrokerError):
    """Kafka takes no record of that size (`message.max.bytes`)."""


class PositionLostError(BrokerError):
    """The log does not hold that offset of that partition."""

    def __init__(self, partition: int) -> None:
        super().__init__(f"partition {partition} does not hold that offset")
        self.partition = partition


class BrokerRefusedError(BrokerError):
    """Kafka answered, and said no: trying again will not help."""


@contextmanager
def translating() -> Iterator[None]:
    """What librdkafka raises inside, as one of ours."""
    try:
        yield
    except KafkaException as error:
        raise translated(error.args[0]) from error


def translated(error: KafkaError) -> BrokerError:
    """Kafka's own error as one of ours: the only place that reads its codes."""
    if error.code() == KafkaError._QUEUE_FULL:
        return PublisherFullError(error.str())
    if error.code() in TOO_LARGE:
        return RecordTooLargeError(error.str())
    if error.code() in REFUSALS:
        return BrokerRefusedError(f"Kafka refused: {error.str()}")
    return BrokerUnavailableError(f"Kafka is not available: {error.str()}")
