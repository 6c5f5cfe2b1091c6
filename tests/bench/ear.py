import re
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from confluent_kafka import Consumer, TopicPartition

BATCH = 5000
REST = 0.002
METADATA_SECONDS = 10
STARTED, DELTA, FINISHED = b"reply.started", b"reply.delta", b"reply.finished"
LAST_WORD = re.compile(rb'w([0-9]+)"')


class Told:
    """What the log says of one answer: when, in microseconds, and up to which word of its script.

    `arrivals` and `words` are those of its deltas.
    """

    __slots__ = ("arrivals", "finished", "started", "words")

    def __init__(self) -> None:
        self.started = 0
        self.finished = 0
        self.arrivals = array("q")
        self.words = array("q")

    def spoken(self) -> Iterator[tuple[int, int]]:
        """Each word's number, and when it came."""
        next_word = 0
        for arrival, last in zip(self.arrivals, self.words, strict=True):
            yield from ((word, arrival) for word in range(next_word, last + 1))
            next_word = last + 1


class Ear:
    """Hears a topic of answers from its beginning, or from its end on, and when each record came."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self.told: dict[bytes, Told] = defaultdict(Told)
        self.started = 0
        self.finished = 0
        self.deltas = 0
        self.words = 0
        self.sizes: dict[bytes, int] = {}
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": "unused",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 10,
            }
        )
        partitions = self._consumer.list_topics(topic, timeout=METADATA_SECONDS).topics[topic].partitions
        places = [TopicPartition(topic, one) for one in partitions]
        for place in places:
            place.offset = self._consumer.get_watermark_offsets(place, timeout=METADATA_SECONDS)[1]
        self._consumer.assign(places)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            first = self._consumer.poll(left)
            now = time.monotonic_ns() // 1000
            for message in () if first is None else (first, *self._consumer.consume(BATCH, 0)):
                self._hear(message, now)
            time.sleep(REST)  # to wake for each record alone would cost the load's core more than it has

    def _hear(self, message: Any, now: int) -> None:
        assert message.error() is None, message.error()
        labels = dict(message.headers() or ())
        kind, value = labels.get("type", b""), message.value()
        self.sizes[kind] = len(value)
        told = self.told[labels.get("message", b"")]
        if kind == DELTA:
            self._hear_words(told, int(LAST_WORD.findall(value)[-1]), now)
        elif kind == STARTED:
            told.started, self.started = now, self.started + 1
        elif kind == FINISHED:
            told.finished, self.finished = now, self.finished + 1

    def _hear_words(self, told: Told, last: int, now: int) -> None:
        self.deltas += 1
        self.words += last - (told.words[-1] if told.words else -1)
        told.arrivals.append(now)
        told.words.append(last)
