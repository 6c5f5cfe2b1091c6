"""The whole service, of processes that may be hurt: PostgreSQL, Kafka, two web processes, two workers."""

import json
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chatbot.local.account import give
from chatbot.local.process import Process
from tests.brokers import Broker
from tests.chaos.postgres import Postgres
from tests.chaos.victim import Victim
from tests.kafka.server import KafkaServer
from tests.stack import Stack

STOP_SECONDS = 10.0
PEOPLE = ("alice", "bob", "charlie", "alice-2", "bob-2", "charlie-2")


@dataclass(frozen=True)
class Bed:
    """`tokens` are the bearer tokens of its people, by name."""

    database_url: str
    urls: Sequence[str]
    tokens: dict[str, str]
    victims: Sequence[Victim]


@contextmanager
def bed(broker: KafkaServer, logs: Path) -> Iterator[Bed]:
    """Ends all that it has started, in whatever state that is; `broker` runs when this is left, as before."""
    with TemporaryDirectory(prefix="chatbot-chaos-") as folder, ExitStack() as ending:
        ending.callback(_restore, broker)
        give(Path(folder))
        postgres = Postgres(Path(folder) / "pg", logs / "postgres.log")
        ending.callback(_end, postgres.process)
        postgres.start()
        stack = Stack(logs, Broker("kafka", broker.bootstrap_servers, server=broker), postgres.url)
        ending.callback(stack.stop)
        tokens: dict[str, str] = json.loads(stack.manage("shell", "-v0", "-c", MADE).splitlines()[-1])
        victims = [
            Victim("broker", broker.process),
            Victim("postgres", postgres.process, leaving=signal.SIGINT, is_restless=True),
            *_started(stack),
        ]
        for victim in victims:
            ending.callback(victim.resume)
        ending.callback(shutil.copy, broker.log, logs / "broker.log")
        yield Bed(postgres.url, [web.base_url for web in stack.webs], tokens, victims)


def _started(stack: Stack) -> list[Victim]:
    webs = [stack.add_web(), stack.add_web()]
    workers = [stack.add_worker(), stack.add_worker()]
    for web in webs:
        web.wait_ready()
    return [
        *(Victim(f"web-{number}", web.process) for number, web in enumerate(webs)),
        *(Victim(f"worker-{number}", worker) for number, worker in enumerate(workers)),
    ]


def _restore(broker: KafkaServer) -> None:
    if broker.process.poll() is not None:
        broker.start()


def _end(process: Process) -> None:
    process.ask(signal.SIGINT)
    process.stop(STOP_SECONDS)


MADE = f"""
import json
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("preparetopics")
from conversations.identity import tokens
from conversations.models import User
print(json.dumps({{name: tokens.issue(User.objects.create_user(name)) for name in {PEOPLE!r}}}))
"""
