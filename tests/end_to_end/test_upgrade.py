"""The next version comes, one process at a time, across a migration, while everybody goes on asking."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from chatbot.local.process import Process
from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.test_answers import script
from tests.no_tls import NO_TLS
from tests.stack import Stack
from tests.waiting import wait_until

NEXT_VERSION = "tests.end_to_end.next_version.settings"
ASKERS = 4


@dataclass
class Asker:
    """Asks in a conversation of its own, twice a second, until it is stopped; asks again what failed."""

    urls: list[str]
    token: str
    confirmed: dict[str, int] = field(default_factory=dict)
    """Of each message that was confirmed: by its `client_message_id`, how many words were asked for."""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asker")
        self._thread.start()

    def stop(self) -> None:
        """Returns once its last question was confirmed."""
        self._stopping.set()
        self._thread.join(40)
        assert not self._thread.is_alive(), "a question is not confirmed"

    def _run(self) -> None:
        with httpx.Client(
            headers={"Authorization": f"Bearer {self.token}"}, timeout=10, verify=NO_TLS
        ) as http:
            body = {"bot": "script", "client_id": str(uuid4())}
            conversation = self._post(http, "/api/conversations", body)["id"]
            while not self._stopping.wait(random.uniform(0.3, 0.7)):
                self._ask(http, f"/api/conversations/{conversation}/messages")

    def _ask(self, http: httpx.Client, path: str) -> None:
        words, key = random.randint(5, 20), str(uuid4())
        self._post(http, path, {"text": f"words={words} rate=50", "client_message_id": key})
        self.confirmed[key] = words

    def _post(self, http: httpx.Client, path: str, body: dict[str, str]) -> dict[str, str]:
        def answered() -> dict[str, str]:
            try:
                answer = http.post(random.choice(self.urls) + path, json=body)
            except httpx.TransportError:
                return {}
            refused = answer.status_code in (502, 503)
            found: dict[str, str] = {} if refused else answer.raise_for_status().json()
            return found

        return wait_until(answered, 30, what="a confirmation")


@pytest.fixture
def url(template: str) -> Iterator[str]:
    with database(template) as url:
        yield url


@pytest.fixture
def stack(real_kafka: Broker, url: str, tmp_path: Path) -> Iterator[Stack]:
    """Two of each."""
    with Stack(tmp_path, real_kafka, url) as stack:
        stack.add_worker()
        stack.add_web().wait_ready()
        yield stack


@pytest.fixture
def askers(stack: Stack) -> Iterator[list[Asker]]:
    urls = [web.base_url for web in stack.webs]
    askers = [Asker(urls, stack.token("alice")) for _ in range(ASKERS)]
    yield askers
    for asker in askers:
        asker.stop()


def test_the_next_version_comes_under_load_and_every_question_has_one_whole_answer(
    stack: Stack, url: str, askers: list[Asker]
) -> None:
    wait_for_more(askers)

    stack.environ["DJANGO_SETTINGS_MODULE"] = NEXT_VERSION
    stack.manage("migrate", "--verbosity=0")
    wait_for_more(askers)
    for web in stack.webs:
        restart(web.process)
        web.wait_ready()
        wait_for_more(askers)
    for worker in stack.workers:
        restart(worker)
        wait_for_more(askers)
    for asker in askers:
        asker.stop()

    wait_until(lambda: unfinished(url) == 0, 40, what="the last answer")
    expected = {key: [("complete", script(n))] for asker in askers for key, n in asker.confirmed.items()}
    assert answers(url) == expected
    wait_until(lambda: are_of_the_next_version(stack) == [True] * 4, 20, what="four of the next version")


def are_of_the_next_version(stack: Stack) -> list[bool]:
    return ["this is the next version" in path.read_text() for path in stack.folder.glob("*.log")]


def wait_for_more(askers: list[Asker]) -> None:
    before = [len(asker.confirmed) for asker in askers]
    wait_until(
        lambda: all(len(asker.confirmed) > had for asker, had in zip(askers, before, strict=True)),
        30,
        what="more questions",
    )


def restart(process: Process) -> None:
    process.ask()
    assert process.wait(20) is not None, "it does not leave"
    process.start()


def unfinished(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM conversations_message WHERE status IN ('queued', 'streaming', 'waiting')"
        ).fetchone()
    assert row is not None
    return int(row[0])


def answers(url: str) -> dict[str, list[tuple[str, str]]]:
    """By the question's `client_message_id`: all its replies, with status and text."""
    found: dict[str, list[tuple[str, str]]] = {}
    with psycopg.connect(url) as connection:
        for key, status, text in connection.execute(ANSWERS):
            found.setdefault(str(key), []).append((status, text))
    return found


ANSWERS = """
SELECT asked.client_message_id, reply.status, reply.text
FROM conversations_message asked LEFT JOIN conversations_message reply ON reply.parent_id = asked.id
WHERE asked.role = 'user'
"""
