"""Real processes with bad networks between them and what they depend on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from chatbot.local.process import Process
from tests.brokers import Broker
from tests.faults.wire import Wire, through
from tests.reader.client import Reader
from tests.stack import Stack, Web
from tests.waiting import wait_until

Row = dict[str, Any]
Database = psycopg.Connection[Row]


class Bed(Stack):
    """A stack whose processes are started one by one, each with a wire to Kafka, to PostgreSQL, or none."""

    def __init__(self, folder: Path, broker: Broker, url: str, *, to_kafka: Wire, to_postgres: Wire) -> None:
        super().__init__(folder, broker, url)
        self.to_kafka = to_kafka
        self.to_postgres = to_postgres
        self._url = url

    def web(self, *wires: Wire) -> Web:
        """Started and ready."""
        with self._behind(*wires):
            web = self.add_web()
            web.wait_ready()
        return web

    def worker(self, *wires: Wire, concurrency: int = 64) -> Process:
        """Started, and there as soon as it says so in its log."""
        with self._behind(*wires):
            self.environ["WORKER_CONCURRENCY"] = str(concurrency)
            worker = self.add_worker()
        log = self.log_of(worker)
        wait_until(lambda: "Kafka is there" in log.read_text(), 30, what=f"a worker (log: {log})")
        return worker

    def log_of(self, worker: Process) -> Path:
        return self.folder / f"worker-{self.workers.index(worker)}.log"

    def reader(self, web: Web | None = None, name: str = "alice") -> Reader:
        return Reader((web or self.webs[0]).base_url, self.token(name))

    def sql(self, statement: LiteralString, *values: object) -> list[Row]:
        """Past all wires; what it returns."""
        with self._database() as database:
            return found(database, statement, *values)

    def row(self, reply: str) -> Row:
        (row,) = self.sql(REPLY, reply)
        return row

    def becomes(self, reply: str, within: float = 20.0, **columns: object) -> Row:
        """The row, once it has these values; PostgreSQL stays up meanwhile."""
        # On one connection: to make one costs more CPU than to ask, and this asks up to 50 times a second.
        with self._database() as database:

            def has_become() -> Row | None:
                (row,) = found(database, REPLY, reply)
                return row if {name: row[name] for name in columns} == columns else None

            return wait_until(
                has_become, within, what=f"{columns} of reply {reply}, which is {self.row(reply)}"
            )

    def ages(self, reply: str, seconds: float) -> None:
        """As if that much time had passed since its worker was last heard of."""
        self.sql(AGE, seconds, reply)

    def dismiss(self) -> None:
        """No worker is left, and the network is well."""
        for wire in (self.to_kafka, self.to_postgres):
            wire.delay = 0
            wire.mend()
        for worker in self.workers:
            worker.ask(signal.SIGCONT)
            worker.kill()

    def _database(self) -> Database:
        return psycopg.connect(self._url, autocommit=True, row_factory=dict_row)

    @contextmanager
    def _behind(self, *wires: Wire) -> Iterator[None]:
        direct = dict(self.environ)
        if self.to_kafka in wires:
            self.environ["KAFKA_BOOTSTRAP_SERVERS"] = self.to_kafka.address
        if self.to_postgres in wires:
            self.environ["DATABASE_URL"] = through(self.to_postgres, direct["DATABASE_URL"])
        yield
        self.environ.update(direct)


def found(database: Database, statement: LiteralString, *values: object) -> list[Row]:
    rows = database.execute(statement, values)
    return rows.fetchall() if rows.description else []


REPLY: LiteralString = "SELECT * FROM conversations_message WHERE id = %s"
AGE = "UPDATE conversations_message SET heartbeat_at = heartbeat_at - make_interval(secs => %s) WHERE id = %s"
