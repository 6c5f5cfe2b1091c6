import random
import time
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.cimpl import NewTopic

from streaming.broker.clients import admin
from streaming.broker.errors import BrokerError, BrokerUnavailableError, translated
from streaming.broker.options import MAX_RECORD_BYTES, BrokerOptions

HOUR_MS = 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    kept_ms: int


@dataclass(frozen=True, slots=True)
class TopicIdentity:
    """What makes a topic the same one tomorrow; `id` changes when it is deleted and made again."""

    id: str
    partitions: int


class Topics:
    """Asks about topics, and makes them. Its calls block up to `timeout` seconds each; any thread.

    `fixed_id` stands for the topics' ids on a broker that has none (the in-process one).
    """

    def __init__(self, options: BrokerOptions, *, fixed_id: str = "", timeout: float = 5.0) -> None:
        self._admin = admin(options.admin())
        self._fixed_id = fixed_id
        self._timeout = timeout

    def identify(self, name: str) -> TopicIdentity:
        """Raises BrokerUnavailableError when the broker is away or the topic is not there (yet)."""
        try:
            return self._counted(name) if self._fixed_id else self._described(name)
        except KafkaException as error:
            raise translated(error.args[0]) from error

    def prepare(self, topics: list[Topic], *, partitions: int) -> list[str]:
        """Makes those that are missing and returns their names; one that is there is left as it is.

        Those it made can be asked about and written to then, at the broker that answers.
        """
        if self._fixed_id:
            return [topic.name for topic in topics if self._counted(topic.name).partitions == 0]
        futures = self._admin.create_topics(
            [_new(topic, partitions) for topic in topics], operation_timeout=self._timeout
        )
        made = [name for name, future in futures.items() if _was_made(future)]
        for name in made:
            self._await(name)
        return made

    def _await(self, name: str) -> None:
        """The controller says that it made a topic before the brokers know it."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                self.identify(name)
            except BrokerUnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.02, 0.06))
            else:
                return

    def _counted(self, name: str) -> TopicIdentity:
        # Asking about one topic by name makes the in-process broker create it.
        topic = self._admin.list_topics(name, timeout=self._timeout).topics[name]
        if topic.error is not None or not topic.partitions:
            raise BrokerUnavailableError(f"topic {name} is not there yet")
        return TopicIdentity(self._fixed_id, len(topic.partitions))

    def _described(self, name: str) -> TopicIdentity:
        future = self._admin.describe_topics(TopicCollection([name]), request_timeout=self._timeout)[name]
        try:
            topic = future.result(self._timeout + 1)
        except TimeoutError as error:
            raise BrokerUnavailableError(f"no answer about topic {name}") from error
        return TopicIdentity(str(topic.topic_id), len(topic.partitions))


def _new(topic: Topic, partitions: int) -> NewTopic:
    config = {"retention.ms": str(topic.kept_ms), "max.message.bytes": str(MAX_RECORD_BYTES)}
    return NewTopic(topic.name, num_partitions=partitions, replication_factor=-1, config=config)


def _was_made(future: Any) -> bool:
    try:
        future.result(30)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise translated(error.args[0]) from error
    except TimeoutError as error:
        raise BrokerError("Kafka did not answer the request for new topics") from error
    return True
