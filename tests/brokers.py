"""The brokers that the suites run against."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.kafka.jars import kafka_jars
from tests.kafka.server import KafkaServer


@dataclass(frozen=True)
class Broker:
    """`epoch` stands for the topics' ids where the broker has none; a `server` can be killed and started."""

    kind: str
    bootstrap_servers: str
    epoch: str = ""
    server: KafkaServer | None = None

    @property
    def environ(self) -> dict[str, str]:
        """Of a process that is to use it; the patience with long polls is the in-process broker's alone."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_FETCH_WAIT_MAX_MS": "10" if self.epoch else "",
            "STREAM_EPOCH": self.epoch,
        }


def embedded() -> Broker:
    """The one that the session brought, or that the environment named."""
    return Broker("embedded", os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ.get("STREAM_EPOCH", ""))


@contextmanager
def kafka(*, doors: Sequence[int] = ()) -> Iterator[Broker]:
    """`doors` as KafkaServer has them."""
    jars = kafka_jars()
    with TemporaryDirectory(prefix="chatbot-kafka-") as folder:
        server = KafkaServer(jars, Path(folder), doors=doors)
        server.start()
        yield Broker("kafka", server.bootstrap_servers, server=server)
        server.stop()
