from dataclasses import dataclass
from typing import Protocol

from streaming.broker.publisher import Ack, Publisher
from streaming.broker.topics import Topics
from streaming.position import Position, epoch_of
from tests.waiting import wait_until


class Broker(Protocol):
    """`epoch` is empty where topics have ids of their own."""

    @property
    def bootstrap_servers(self) -> str: ...
    @property
    def epoch(self) -> str: ...


@dataclass(frozen=True)
class Written:
    """A topic to write to, and to ask where things are."""

    publisher: Publisher
    topics: Topics
    topic: str

    @property
    def epoch(self) -> str:
        identity = self.topics.identify(self.topic)
        return epoch_of(identity.id, identity.partitions)

    @property
    def partitions(self) -> int:
        return self.topics.identify(self.topic).partitions

    def write(
        self,
        *values: str,
        channel: str = "7",
        kind: str = "reply.delta",
        labels: dict[str, str] | None = None,
    ) -> list[Position]:
        """Writes these values in order; the positions after each, once all are acknowledged."""
        acks: list[Ack] = []
        headers: list[tuple[str, str | bytes | None]] = [("type", kind), *(labels or {}).items()]
        for value in values:
            self.publisher.publish(
                self.topic, channel.encode(), value.encode(), headers=headers, on_ack=acks.append
            )
        wait_until(lambda: len(acks) == len(values), what="acknowledgements")
        epoch = self.epoch
        return [Position(epoch, ack.partition, ack.offset + 1) for ack in acks]
