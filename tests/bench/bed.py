"""What the contestants run on: PostgreSQL, a broker, users, and somebody who produces events."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from streaming.broker.options import BrokerOptions
from streaming.broker.topics import HOUR_MS, Topic, Topics
from tests.bench.contestant import Contestant
from tests.bench.cores import Cores
from tests.bench.person import Person, people
from tests.bench.producer import PARTITIONS, Producer
from tests.bench.server import Server
from tests.brokers import Broker
from tests.console import Console
from tests.databases import database, migrated_database
from tests.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Trial:
    """One contestant's server on a topic of its own."""

    contestant: Contestant
    server: Server
    topic: str
    people: list[Person]
    producer: Producer
    cores: Cores


@dataclass(frozen=True, slots=True)
class Bed:
    broker: Broker
    environ: dict[str, str]
    people: list[Person]
    producer: Producer
    cores: Cores
    folder: Path
    console: Console

    @contextmanager
    def trial(self, contestant: Contestant) -> Iterator[Trial]:
        """A fresh server and an empty topic: nothing that another trial left behind disturbs it."""
        prefix = f"bench-{uuid4().hex[:8]}."
        topic = f"{prefix}bot-responses"
        self._make(topic)
        environ = {**self.environ, "TOPIC_PREFIX": prefix}
        with Server(contestant, self.cores.server, environ, self.folder) as server:
            yield Trial(contestant, server, topic, self.people, self.producer, self.cores)

    def _make(self, topic: str) -> None:
        topics = Topics(
            BrokerOptions({"bootstrap.servers": self.broker.bootstrap_servers}), fixed_id=self.broker.epoch
        )
        topics.prepare([Topic(topic, kept_ms=HOUR_MS)], partitions=PARTITIONS)
        wait_until(lambda: topics.identify(topic).partitions, what=f"{topic} is there")


@contextmanager
def bed(broker: Broker, cores: Cores, *, readers: int) -> Iterator[Bed]:
    """Needs DATABASE_URL, where it makes a database of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chatbot-bench-")))
        url = stack.enter_context(database(stack.enter_context(migrated_database())))
        environ = {
            **os.environ,
            **{name: value for name, value in broker.environ.items() if value},
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "chatbot.settings",
            "WEB_CONCURRENCY": "1",
        }
        producer = stack.enter_context(Producer(broker.bootstrap_servers))
        console = Console(environ)
        stack.callback(console.stop)
        yield Bed(broker, environ, people(readers, console), producer, cores, folder, console)
