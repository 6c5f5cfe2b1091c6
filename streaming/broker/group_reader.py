import logging

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from streaming.broker.clients import consumer
from streaming.broker.errors import translated, translating
from streaming.broker.options import BrokerOptions
from streaming.record import Record

logger = logging.getLogger(__name__)


class GroupReader:
    """A member of a consumer group, one record at a time. For one thread only.

    A record counts as handled once `handled` was called for it; the broker hears of that within a second.
    After `pause` nothing comes of these partitions, or of all (but one that is newly assigned may bring one
    record); polling has to go on all the same, or the group thinks this member dead.
    """

    def __init__(self, options: BrokerOptions, topic: str, group: str) -> None:
        self.topic = topic
        self._consumer = consumer(options.group(group))
        self._consumer.subscribe([topic])

    def close(self) -> None:
        """Commits what was handled and leaves the group."""
        self._consumer.close()

    def read(self, *, timeout: float) -> Record | None:
        with translating():
            message = self._consumer.poll(timeout)
        if message is None:
            return None
        failure = message.error()
        if failure is None:
            return Record(message)
        if failure.code() != KafkaError._PARTITION_EOF:
            raise translated(failure)
        return None

    def handled(self, record: Record) -> None:
        try:
            self._consumer.store_offsets(
                offsets=[TopicPartition(self.topic, record.partition, record.offset + 1)]
            )
        except KafkaException as error:
            # The partition went to another member meanwhile, which will see the record again: harmless.
            logger.info("offset of %s-%s not stored: %s", self.topic, record.partition, error)

    def pause(self, *partitions: int) -> None:
        with translating():
            self._consumer.pause(self._assigned(partitions))

    def resume(self, *partitions: int) -> None:
        with translating():
            self._consumer.resume(self._assigned(partitions))

    def _assigned(self, partitions: tuple[int, ...]) -> list[TopicPartition]:
        """Of these, those that this member has now; all that it has where none is named."""
        assignment: list[TopicPartition] = self._consumer.assignment()
        return [one for one in assignment if not partitions or one.partition in partitions]
