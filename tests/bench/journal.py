import json
from collections.abc import Iterator, Sequence
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from tests.bench.load import percentile
from tests.bench.result import Figure
from tests.bench.watcher import Watcher

CONSUMER = {"group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "error"}
SECONDS = 10


class Journal:
    """When each reply's records were produced, by their timestamps: seconds, to a millisecond."""

    def __init__(self, bootstrap_servers: str, incoming: str, responses: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self.rung: dict[str, float] = {}
        self.begun: dict[str, float] = {}
        self.spoken: dict[str, float] = {}
        for message in self._all(incoming):
            self.rung.setdefault(json.loads(message.value())["reply_id"], at(message))
        kinds = {b"reply.started": self.begun, b"reply.delta": self.spoken}
        for message in self._all(responses):
            labels = dict(message.headers() or ())
            if labels["type"] in kinds:
                kinds[labels["type"]].setdefault(labels["message"].decode(), at(message))

    def _all(self, topic: str) -> Iterator[Any]:
        consumer = Consumer({"bootstrap.servers": self._bootstrap_servers, **CONSUMER})
        known = consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions
        bounds = {
            one: consumer.get_watermark_offsets(TopicPartition(topic, one), timeout=SECONDS) for one in known
        }
        consumer.assign([TopicPartition(topic, one, first) for one, (first, _) in bounds.items()])
        left = sum(end - first for first, end in bounds.values())
        while left:
            message = consumer.poll(SECONDS)
            assert message is not None, f"{left} records of {topic} are missing"
            left -= 1
            yield message
        consumer.close()


class Stages:
    """Where the time goes between a post and its first word, over all posts."""

    def __init__(self, watchers: Sequence[Watcher], journal: Journal) -> None:
        self._stages: dict[str, list[int]] = {}
        for watcher in watchers:
            for reply, sent in watcher.sent.items():
                heard, rung = watcher.heard[reply], journal.rung[reply]
                begun, spoken = journal.begun[reply], journal.spoken[reply]
                self._add("", heard - sent)
                self._add("post_", watcher.accepted[reply] - sent)
                self._add("rung_", rung - sent)
                self._add("claimed_", begun - rung)
                self._add("said_", spoken - begun)
                self._add("streamed_", heard - spoken)

    def figures(self) -> dict[str, Figure]:
        """In milliseconds; those of the parts are between their records, to a millisecond."""
        return {
            f"{stage}p{name}_ms": percentile(took, share)
            for stage, took in self._stages.items()
            for name, share in (("50", 0.5), ("99", 0.99))
        }

    def _add(self, stage: str, seconds: float) -> None:
        self._stages.setdefault(stage, []).append(int(seconds * 1e6))


def at(message: Any) -> float:
    return float(message.timestamp()[1]) / 1000
