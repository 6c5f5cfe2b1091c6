import logging
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from confluent_kafka import OFFSET_END, KafkaError, KafkaException, Message, TopicPartition

from streaming.broker.clients import consumer
from streaming.broker.errors import PositionLostError, translating
from streaming.broker.options import BrokerOptions
from streaming.record import Record

logger = logging.getLogger(__name__)
LEADERS = 1.0
LIVE_END: int = (
    OFFSET_END  # in place of an offset: the end of that partition, as it is when the broker is asked
)
QUIET = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE})


class LogReader:
    """Reads whole partitions of one topic from given offsets: no group, no commits.

    The broker's contract, as far as we lean on it: records of a partition come in the order of their
    offsets, each once per assignment; records with the same key are in the same partition as long as the
    partition count stays; offsets only grow, and may have gaps. An offset that the log does not hold raises
    PositionLostError, and then that partition stands still until it is assigned again. A broker that is away
    is waited for: `read` returns nothing meanwhile. Whatever else librdkafka complains of is a BrokerError,
    and costs no record. For one thread only; close() joins librdkafka's own.
    """

    def __init__(self, options: BrokerOptions, topic: str, *, wait_ms: int = 200) -> None:
        self.topic = topic
        self.ends: dict[int, int] = {}
        self._knows_leaders = False
        self._kept: list[Message] = []
        self._consumer = consumer(options.reader(wait_ms=wait_ms))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._consumer.close()

    def assign(self, offsets: Mapping[int, int]) -> None:
        """From now on read these partitions, each from its offset, and nothing else.

        The first time this asks the broker who leads them, and waits for that up to a second.
        """
        self._meet_leaders()
        self.ends = {}
        self._kept = []
        with translating():
            self._consumer.assign(
                [TopicPartition(self.topic, partition, offset) for partition, offset in offsets.items()]
            )

    def _meet_leaders(self) -> None:
        # librdkafka looks for the leaders of what it is assigned once a second: without this, and as often as
        # not, nothing is read for the first second of a process. With a broker that is away nothing is lost.
        if not self._knows_leaders:
            with suppress(KafkaException):
                self._consumer.list_topics(self.topic, timeout=LEADERS)
                self._knows_leaders = True

    def rest(self) -> None:
        """Reads nothing until it is assigned again, nor fetches anything in advance."""
        self._kept = []
        with translating():
            self._consumer.unassign()

    def read(self, limit: int, *, timeout: float) -> list[Record]:
        """What is there now, `limit` at most; where nothing is, waits up to `timeout` seconds for a first.

        `ends` tells for each partition that was read to its end where that was.
        """
        with translating():
            if not self._kept:
                first = self._consumer.poll(timeout)
                self._kept = [] if first is None else [first]
            if self._kept:
                # consume() would wait for `limit` records to come: take what is there. Should it fail, what
                # poll() gave is there the next time.
                self._kept += self._consumer.consume(limit - 1, 0)
        messages, self._kept = self._kept, []
        return [Record(message) for message in messages if self._is_record(message)]

    def bounds(self, partition: int, *, timeout: float) -> tuple[int, int]:
        """The first offset that the broker still holds, and the one after its last record."""
        with translating():
            bounds = self._consumer.get_watermark_offsets(
                TopicPartition(self.topic, partition), timeout=timeout, cached=False
            )
        return bounds or (0, 0)

    def last_known_ends(self) -> dict[int, int]:
        """Where each partition that is read ends, as the broker said with what it last sent: asks nobody.

        Those that nothing is known of yet are left out.
        """
        known = {}
        with translating():
            for partition in self._consumer.assignment():
                _, end = self._consumer.get_watermark_offsets(partition, cached=True) or (0, 0)
                if end >= 0:
                    known[partition.partition] = end
        return known

    def _is_record(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        partition = message.partition() or 0
        if error.code() == KafkaError._PARTITION_EOF:
            self.ends[partition] = message.offset() or 0
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            raise PositionLostError(partition)
        elif error.code() not in QUIET:
            logger.warning("reading %s-%s: %s", self.topic, partition, error.str())
        return False
