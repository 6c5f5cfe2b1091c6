"""What docker-compose.yml and the Dockerfile run, without an engine: the same commands and settings."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chatbot.local.process import Process
from tests.brokers import Broker
from tests.databases import empty_database
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.reader.client import Reader
from tests.waiting import wait_until

COMPOSE = Path("docker-compose.yml").read_text()
DOCKERFILE = Path("Dockerfile").read_text()
QUESTION = "What happens to my answer if the worker is killed?"


class Composed:
    """`setup` has run to its end; `web` and `runbot` are running."""

    def __init__(self, folder: Path, broker: Broker, database_url: str) -> None:
        self.port = free_port()
        self.environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SECRET_KEY": "of-the-composed-test-" + "x" * 40,
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "TOPIC_PREFIX": f"composed-{self.port}.",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "WEB_CONCURRENCY": "2",
            "STATIC_ROOT": str(folder / "static"),
        }
        self.run("python manage.py collectstatic --noinput")
        for command in re.findall(r"^ +(python manage\.py .+)$", COMPOSE, re.MULTILINE):
            self.run(command)
        web, runbot = web_command(self.port), runbot_command(folder)
        self.web = self.started(web, folder / "web.log")
        self.runbot = self.started(runbot, folder / "runbot.log")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, command: str) -> str:
        done = subprocess.run(
            ["sh", "-ec", command], env=self.environ, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout

    def started(self, command: list[str], log: Path) -> Process:
        process = Process(command, environ=self.environ, log=log)
        process.start()
        return process

    def is_ready(self) -> bool:
        try:
            return bool(
                httpx.get(f"{self.base_url}/readyz", timeout=2, verify=NO_TLS).json() == {"status": "ok"}
            )
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        for process in (self.runbot, self.web):
            process.ask()
            process.stop(25)


def web_command(port: int) -> list[str]:
    (command,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    return [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in json.loads(command)]


def runbot_command(folder: Path) -> list[str]:
    (command,) = re.findall(r"^ +command: \[(python, manage\.py, runbot.*)\]$", COMPOSE, re.MULTILINE)
    return [word.replace("/tmp/", f"{folder}/") for word in str(command).split(", ")]


@pytest.fixture(scope="module")
def composed(real_kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with empty_database() as url:
        composed = Composed(tmp_path_factory.mktemp("composed"), real_kafka, url)
        try:
            wait_until(composed.is_ready, 30, what="the web process is ready")
            yield composed
        finally:
            composed.stop()


def test_a_question_gets_a_cited_answer_that_streams(composed: Composed) -> None:
    token = composed.run("python manage.py createtoken alice --create-user").strip()
    with Reader(composed.base_url, token) as alice:
        reply = alice.say(alice.start(), QUESTION)
        finished = alice.finished(reply, within=60)
        deltas = alice.events(reply, kind="reply.delta")

    assert finished["status"] == "complete"
    assert finished["citations"]
    assert len(deltas) > 5
    assert "".join(event.data["text"] for event in deltas) == finished["text"]


def test_static_files_have_names_that_can_be_kept_for_ever(composed: Composed) -> None:
    page = httpx.get(f"{composed.base_url}/", verify=NO_TLS).text
    (module,) = re.findall(r'src="(/static/js/main\.[0-9a-f]{12}\.js)"', page)

    answer = httpx.get(f"{composed.base_url}{module}", verify=NO_TLS)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert re.search(r'from "\./conversation\.[0-9a-f]{12}\.js"', answer.text)


def test_asked_to_leave_it_is_gone_within_5_seconds_with_a_stream_open(composed: Composed) -> None:
    token = composed.run("python manage.py createtoken bob --create-user").strip()
    with Reader(composed.base_url, token):
        begun = time.monotonic()
        composed.web.ask()
        status = composed.web.wait(10)
        took = time.monotonic() - begun

    assert status == 0
    assert took < 5
