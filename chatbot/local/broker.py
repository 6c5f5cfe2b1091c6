"""The Kafka broker that librdkafka carries inside this process, for one machine and for tests."""

from uuid import uuid4

from confluent_kafka import KafkaException, Producer

from chatbot.local.failure import CannotRunError


class EmbeddedBroker:
    """Kafka in memory, reached by other processes over loopback. It lives as long as this object is held.

    Each start is an empty broker, and so a new `epoch`: positions of the one before mean nothing to it.
    """

    def __init__(self) -> None:
        self.bootstrap_servers = ""
        self.epoch = ""
        self._owner: Producer | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The environment of whoever is to use it."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_FETCH_WAIT_MAX_MS": "10",  # a long poll here ends by its time only, never by a new record
            "STREAM_EPOCH": self.epoch,
        }

    def start(self) -> None:
        owner = Producer({"test.mock.num.brokers": 1, "log_level": 3})
        try:
            brokers = owner.list_topics(timeout=10).brokers.values()
        except KafkaException as error:
            raise CannotRunError(f"The embedded broker did not start: {error}") from error
        self.bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self.epoch = uuid4().hex
        self._owner = owner

    def stop(self) -> None:
        if self._owner is not None:
            self._owner.close()
            self._owner = None
