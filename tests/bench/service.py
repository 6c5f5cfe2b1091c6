"""The worker, and perhaps the web process, on topics of their own."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from tests.bench.bed import Bed
from tests.bench.contestant import Contestant
from tests.bench.ear import Ear
from tests.bench.ringer import Ringer
from tests.bench.server import Server
from tests.bench.worker import Worker
from tests.waiting import wait_until

COMMAND_SECONDS = 120
READY_SECONDS = 60.0
MAKE = "from tests.bench.questions import make; make({number}, {text!r})"


@dataclass(frozen=True, slots=True)
class Question:
    """`reply` is "" for a conversation in which nothing was asked yet."""

    conversation: str
    reply: str


class Service:
    """Starts with no conversation in the database, and topics that hold nothing."""

    def __init__(self, bed: Bed, environ: Mapping[str, str]) -> None:
        self.bed = bed
        self.prefix = f"bench-{uuid4().hex[:8]}."
        self.environ = {**bed.environ, "LOG_LEVEL": "WARNING", **environ, "TOPIC_PREFIX": self.prefix}
        self._clear()
        self._prepare_topics()

    @property
    def incoming(self) -> str:
        return f"{self.prefix}incoming-messages"

    @property
    def responses(self) -> str:
        return f"{self.prefix}bot-responses"

    def conversations(self, number: int, *, text: str = "") -> list[Question]:
        """One for each of so many readers, in their order, wherein `text` was asked, if there is any."""
        making = MAKE.format(number=number, text=text)
        done = self.bed.console.run(["shell", "--no-imports", "-c", making], within=COMMAND_SECONDS)
        assert done.status == 0, done.stderr
        return [Question(*line.split(" ")) for line in done.stdout.splitlines()]

    def ask(self, sql: str) -> Sequence[object]:
        """The first row that the database answers with."""
        with psycopg.connect(self.bed.environ["DATABASE_URL"], autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchone() or ()

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """One that has answered already: what is made once, at the first answers, is no cost of an answer."""
        with Worker(self.environ, self.bed.cores.server, self.bed.folder) as worker:
            first = self.conversations(20, text="words=3 rate=100000")
            self.answered(worker, first)
            yield worker

    @contextmanager
    def web(self, contestant: Contestant) -> Iterator[Server]:
        with Server(contestant, self.bed.cores.server, self.environ, self.bed.folder) as server:
            yield server

    def answered(self, worker: Worker, questions: Sequence[Question]) -> Ear:
        """Rings for all of them, and returns what was heard when all are answered."""
        with Ear(self.bed.broker.bootstrap_servers, self.responses) as ear:
            self.ring(questions)
            until_finished(ear, worker, questions)
            return ear

    def ring(self, questions: Sequence[Question]) -> None:
        Ringer(self.bed.broker.bootstrap_servers, self.incoming).ring(
            (one.conversation, one.reply) for one in questions
        )

    def _clear(self) -> None:
        with psycopg.connect(self.bed.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("TRUNCATE conversations_conversation, conversations_deadrecord CASCADE")

    def _prepare_topics(self) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "preparetopics"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        assert done.returncode == 0, done.stderr


def until_finished(ear: Ear, worker: Worker, questions: Sequence[Question]) -> None:
    def is_over() -> bool:
        worker.check()
        ear.listen(0.05)
        return ear.finished >= len(questions)

    wait_until(is_over, READY_SECONDS, what=f"{len(questions)} answers (log: {worker.log})")
