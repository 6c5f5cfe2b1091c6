import json
from collections.abc import Iterable

from confluent_kafka import Producer

FLUSH_SECONDS = 20


class Ringer:
    """Says in `incoming-messages` that conversations have work."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self._topic = topic
        self._producer = Producer(
            {"bootstrap.servers": bootstrap_servers, "partitioner": "murmur2_random", "linger.ms": 1}
        )

    def ring(self, questions: Iterable[tuple[str, str]]) -> None:
        """For each conversation and reply; returns when the broker has all of it."""
        for conversation, reply in questions:
            value = json.dumps({"conversation_id": conversation, "reply_id": reply})
            self._producer.produce(self._topic, value.encode(), conversation.encode())
        assert self._producer.flush(FLUSH_SECONDS) == 0, "the broker does not take what was produced"
