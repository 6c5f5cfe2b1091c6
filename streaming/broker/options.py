"""How each client of the broker is set up: librdkafka's options, with our reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

CONSUMER_ONLY = ("fetch.", "queued.", "check.crcs", "isolation.", "max.poll.", "auto.", "group.")
PRODUCER_ONLY = ("linger.", "batch.", "compression.", "queue.buffering.", "acks", "delivery.", "retries")
MAX_RECORD_BYTES = 8 * 1024 * 1024

Option = str | int | float | bool


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """Where Kafka is, and what its operator wants of its clients; `common` wins over our defaults."""

    common: Mapping[str, str]

    @property
    def is_set(self) -> bool:
        return bool(self.common.get("bootstrap.servers"))

    def producer(self, *, patience_ms: int) -> dict[str, Option]:
        """`patience_ms`: how long a record waits for the broker before it counts as failed; 0: for ever."""
        return {
            **CLIENT,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 1,
            "partitioner": "murmur2_random",  # Java's: other programs find the same partition
            "message.max.bytes": MAX_RECORD_BYTES,
            "message.timeout.ms": patience_ms,
            "queue.buffering.max.messages": 100_000,
            "queue.buffering.max.kbytes": 131_072,
            **self._without(CONSUMER_ONLY),
        }

    def reader(self, *, wait_ms: int = 200) -> dict[str, Option]:
        """A consumer that assigns itself whole partitions: no group, no commits.

        `wait_ms`: how long a request for what is not there yet waits at the broker, and with it a change of
        the assignment.
        """
        return {
            **CLIENT,
            **CONSUMER,
            "fetch.wait.max.ms": wait_ms,
            "group.id": "unused",
            "enable.auto.commit": False,
            # Never skip silently: a lost offset is an error, and becomes a `reset`.
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            **self._without(PRODUCER_ONLY),
        }

    def group(self, group: str) -> dict[str, Option]:
        """A member of a KIP-848 group, which stores offsets itself; they are committed each second."""
        return {
            **CLIENT,
            **CONSUMER,
            "group.id": group,
            "group.protocol": "consumer",
            "enable.auto.commit": True,
            "auto.commit.interval.ms": 1000,
            "enable.auto.offset.store": False,
            # A doorbell that nobody heard is rung again by the sweep: nothing is lost at either end.
            "auto.offset.reset": "earliest",
            **self._without(PRODUCER_ONLY),
        }

    def admin(self) -> dict[str, Option]:
        return {**CLIENT, **self._without(CONSUMER_ONLY + PRODUCER_ONLY)}

    def _without(self, prefixes: tuple[str, ...]) -> dict[str, str]:
        return {name: value for name, value in self.common.items() if not name.startswith(prefixes)}


CLIENT: dict[str, Option] = {
    "client.id": "chatbot",
    "reconnect.backoff.ms": 100,
    "reconnect.backoff.max.ms": 2000,
    # A topic that grew or was made anew is noticed within seconds.
    "topic.metadata.refresh.interval.ms": 5000,
    "socket.timeout.ms": 10_000,
    "log.connection.close": False,
}
CONSUMER: dict[str, Option] = {
    # The defaults prefetch 100,000 records and 64 MiB, and pause a full second at that bound.
    "queued.min.messages": 10_000,
    "queued.max.messages.kbytes": 16_384,
    "fetch.queue.backoff.ms": 50,
    "fetch.error.backoff.ms": 100,
    "fetch.wait.max.ms": 200,
    "fetch.message.max.bytes": MAX_RECORD_BYTES,
}
