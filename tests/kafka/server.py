"""A real Kafka broker for tests: one node, KRaft, on loopback."""

import signal
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chatbot.local.process import Process
from tests.port import free_port
from tests.waiting import wait_until

JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class KafkaServer:
    """Keeps its data in `folder` and its port over `kill`, `stop` and `start`: the same broker comes back.

    `doors` are ports that something else listens on, and passes on to `behind[port]`: who comes in by a door
    is told to come back by it.
    """

    def __init__(self, jars: Path, folder: Path, *, doors: Sequence[int] = ()) -> None:
        self.behind = {door: free_port() for door in doors}
        self._jars = jars
        self._folder = folder
        self._port = free_port()
        self._properties = folder / "server.properties"
        self.process = self._java("kafka.Kafka", str(self._properties))

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        return self._folder / "kafka.log"

    def start(self) -> None:
        if not self._properties.exists():
            self._format()
        self.process.start()
        wait_until(self._answers, START_SECONDS, what=f"Kafka answers (its log: {self.log})")

    def stop(self) -> None:
        self.process.ask(signal.SIGTERM)
        self.process.stop(STOP_SECONDS)

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def _format(self) -> None:
        self._properties.write_text(
            PROPERTIES.format(own=free_port(), folder=self._folder, **self._listeners())
        )
        tool = self._java(
            "kafka.tools.StorageTool", "format", "-t", uuid4().hex[:22], "-c", str(self._properties)
        )
        tool.start()
        assert tool.wait(START_SECONDS) == 0, self.log.read_text()

    def _listeners(self) -> dict[str, str]:
        own = f"PLAINTEXT://{self.bootstrap_servers}"
        named = [(f"DOOR{number}", *ports) for number, ports in enumerate(self.behind.items())]
        return {
            "listeners": ",".join([own, *(f"{name}://127.0.0.1:{behind}" for name, _, behind in named)]),
            "advertised": ",".join([own, *(f"{name}://127.0.0.1:{door}" for name, door, _ in named)]),
            "protocols": ",".join(["PLAINTEXT:PLAINTEXT", *(f"{name}:PLAINTEXT" for name, *_ in named)]),
        }

    def _java(self, *arguments: str) -> Process:
        return Process(["java", *JVM, "-cp", f"{self._jars}/*", *arguments], log=self.log)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        client = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        try:
            cluster = client.list_topics(timeout=1)
        except KafkaException:
            return False
        # After a kill it names no controller until its own earlier life has been given up.
        return bool(cluster.brokers) and cluster.controller_id >= 0


PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{own}
listeners={listeners},CONTROLLER://127.0.0.1:{own}
advertised.listeners={advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT
log.dirs={folder}/data
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=8388608
replica.fetch.max.bytes=8388608
auto.create.topics.enable=false
controlled.shutdown.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""
