"""librdkafka's clients, whose complaint about a wrong option becomes one sentence."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from streaming.broker.complaints import Complaints
from streaming.broker.errors import BrokerRefusedError
from streaming.broker.options import Option

logger = logging.getLogger("streaming.broker")
logger.addFilter(Complaints())
T = TypeVar("T")


def producer(options: Mapping[str, Option]) -> Producer:
    return _made(lambda: Producer(dict(options), logger=logger))


def consumer(options: Mapping[str, Option]) -> Consumer:
    return _made(lambda: Consumer(dict(options), logger=logger))


def admin(options: Mapping[str, Option]) -> AdminClient:
    return _made(lambda: AdminClient(dict(options), logger=logger))


def _made(make: Callable[[], T]) -> T:
    try:
        return make()
    except KafkaException as error:
        reason = error.args[0].str() if hasattr(error.args[0], "str") else error
        raise BrokerRefusedError(f"A KAFKA_ option in the environment is wrong: {reason}") from error
