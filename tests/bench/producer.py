import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from confluent_kafka import Producer as KafkaProducer

from streaming.broker.murmur2 import partition_of
from tests.bench.event import HEADERS, value

PARTITIONS = 12
TICK = 0.005
FLUSH_SECONDS = 20
END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Order:
    """Events for `keys` in turn (one may be there several times), `rate` a second in all, for `seconds`.

    Keys of one partition come one after the other: then the broker, which shares the load's core, has few
    batches to write.
    """

    topic: str
    keys: Sequence[bytes]
    rate: float
    seconds: float


class Producer:
    """Writes events in a process of its own, evenly over time, and remembers how many each key got."""

    def __init__(self, bootstrap_servers: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=[theirs, bootstrap_servers], name="producer", daemon=True
        )
        self.made: Counter[bytes] = Counter()
        self._topic = ""

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()

    def start(self, order: Order) -> None:
        """Numbers go on where the last order on this topic left them."""
        if order.topic != self._topic:
            self._topic, self.made = order.topic, Counter()
        self._pipe.send((order, self.made))

    @property
    def is_done(self) -> bool:
        return self._pipe.poll()

    def stop(self) -> None:
        """Ends the order before its time; `finish` still comes."""
        self._pipe.send(None)

    def finish(self) -> None:
        """Everything ordered is at the broker; `made` says how much."""
        assert self._pipe.poll(END_SECONDS), "the producer does not finish"
        self.made = self._pipe.recv()


def serve(pipe: Connection, bootstrap_servers: str) -> None:
    producer = KafkaProducer(
        {
            "bootstrap.servers": bootstrap_servers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 1,
            "queue.buffering.max.messages": 1_000_000,
            "log_level": 2,
        }
    )
    while True:
        asked = pipe.recv()
        if asked is not None:
            pipe.send(fill(producer, *asked, pipe=pipe))


def fill(producer: KafkaProducer, order: Order, made: Counter[bytes], *, pipe: Connection) -> Counter[bytes]:
    total, done = int(order.rate * order.seconds), 0
    keys = cycle(sorted(order.keys, key=lambda key: partition_of(key, PARTITIONS)))
    start = time.monotonic()
    while done < total and not pipe.poll():
        due = min(int((time.monotonic() - start) * order.rate) + 1, total)
        for key in islice(keys, due - done):
            produce(producer, order.topic, key, made[key])
            made[key] += 1
        done = due
        producer.poll(0)
        time.sleep(TICK)
    assert producer.flush(FLUSH_SECONDS) == 0, "the broker does not take what was produced"
    return made


def produce(producer: KafkaProducer, topic: str, key: bytes, number: int) -> None:
    while True:
        try:
            producer.produce(topic, value(time.monotonic_ns() // 1000, number), key, headers=HEADERS)
        except BufferError:
            producer.poll(0.01)
        else:
            return
