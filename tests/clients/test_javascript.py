"""docs/clients/chatbot-events.js, run by Node against real web processes."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from tests.brokers import embedded
from tests.clients.scripted import Answer, scripted
from tests.databases import database
from tests.end_to_end.test_answers import script
from tests.missing import missing
from tests.no_tls import NO_TLS
from tests.page.proxy import Proxy
from tests.stack import Stack
from tests.waiting import wait_until

CLIENTS = Path(settings.BASE_DIR) / "docs" / "clients"
LISTEN = """
import { ChatbotEvents } from "%s";
const { address, until, ...options } = JSON.parse(process.argv[2]);
const events = new ChatbotEvents(address, options);
try {
  for await (const event of events) {
    console.log(JSON.stringify({ ...event, position: events.position }));
    if (event.type === until) break;
  }
} catch (error) {
  const { name, message, status } = error;
  console.log(JSON.stringify({ type: "thrown", name, message, status }));
}
"""

Heard = dict[str, Any]


@pytest.fixture(scope="module")
def node() -> str:
    program = shutil.which("node")
    if program is None:
        missing("the JavaScript client's tests need node (version 18 or later)")
    return program


@pytest.fixture(scope="module")
def listen_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("javascript") / "listen.mjs"
    file.write_text(LISTEN % (CLIENTS / "chatbot-events.js").as_uri())
    return file


@pytest.fixture(scope="module")
def stack(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), embedded(), url)
        stack.environ["BOT"] = "script"
        with stack:
            yield stack


class Program:
    """The client as a program of its own, started with options; `heard` is what it printed so far."""

    def __init__(self, node: str, file: Path, **options: object) -> None:
        self.heard: list[Heard] = []
        self.process = subprocess.Popen(
            [node, str(file), json.dumps(options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._thread = Thread(target=self._read, name="program", daemon=True)
        self._thread.start()

    def ended(self, *, within: float = 30.0) -> list[Heard]:
        """Everything it printed; it ends by itself."""
        self._thread.join(within)
        assert not self._thread.is_alive(), f"not ended within {within:g} s: {self.heard[-3:]}"
        assert self.process.wait(5) == 0
        return self.heard

    def complaint(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def close(self) -> None:
        self.process.kill()
        self._thread.join(5)
        self.process.communicate()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.heard.extend(map(json.loads, iter(self.process.stdout.readline, "")))


class Alice:
    """Somebody with a token, who asks."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self.token = token
        self._http = http

    def ask(self, text: str) -> tuple[str, str]:
        """The reply's id, and a place before it."""
        conversation = self._http.post("/api/conversations", json={}).json()["id"]
        said = {"text": text, "client_message_id": str(uuid4())}
        posted = self._http.post(f"/api/conversations/{conversation}/messages", json=said).json()
        return posted["reply"]["id"], posted["cursor"]


@pytest.fixture(scope="module")
def alice(stack: Stack) -> Iterator[Alice]:
    token = stack.token("alice")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=stack.base_url, headers=headers, trust_env=False, verify=NO_TLS) as http:
        yield Alice(http, token)


@contextmanager
def program(node: str, file: Path, **options: object) -> Iterator[Program]:
    running = Program(node, file, **options)
    try:
        yield running
    finally:
        running.close()


def told(heard: list[Heard], reply: str) -> list[tuple[int, str]]:
    """The deltas of one reply, as they came."""
    deltas = [event["data"] for event in heard if event["type"] == "reply.delta"]
    return [(delta["index"], delta["text"]) for delta in deltas if delta["message_id"] == reply]


def whole(words: int, heard: list[Heard], reply: str) -> bool:
    deltas = told(heard, reply)
    in_order = [index for index, _ in deltas] == list(range(len(deltas)))
    return in_order and "".join(text for _, text in deltas) == script(words)


def test_nothing_is_lost_or_doubled_when_the_server_is_killed_and_started_again(
    node: str, listen_file: Path, stack: Stack, alice: Alice
) -> None:
    reply, cursor = alice.ask("words=150 rate=50")
    options = {"address": stack.base_url, "token": alice.token, "after": cursor, "until": "reply.finished"}
    with program(node, listen_file, **options) as running:
        wait_until(lambda: len(told(running.heard, reply)) > 10, what="the first words")

        stack.webs[0].process.kill()
        stack.webs[0].process.start()
        heard = running.ended()

    ids = [event["id"] for event in heard]
    assert whole(150, heard, reply)
    assert len(set(ids)) == len(ids)
    assert [event["position"] for event in heard[1:]] == ids[:-1]


def test_where_streams_are_held_back_it_polls_and_says_so(
    node: str, listen_file: Path, stack: Stack, alice: Alice
) -> None:
    with Proxy(stack.base_url) as proxy:
        proxy.buffers = True
        reply, cursor = alice.ask("words=100 rate=50")
        options = {"address": proxy.base_url, "token": alice.token, "after": cursor, "mute": 300}
        with program(node, listen_file, **options, until="reply.finished") as running:
            heard = running.ended()
            complaint = running.complaint()

    assert whole(100, heard, reply)
    assert complaint.count("hold streams back") == 1
    assert proxy.opened == 1


def test_a_stream_that_falls_silent_is_given_up_and_opened_anew(
    node: str, listen_file: Path, stack: Stack, alice: Alice
) -> None:
    reply, cursor = alice.ask("words=100 rate=50")
    with Proxy(stack.base_url) as proxy:
        options = {"address": proxy.base_url, "token": alice.token, "after": cursor, "silence": 1000}
        with program(node, listen_file, **options, until="reply.finished") as running:
            wait_until(lambda: len(told(running.heard, reply)) > 5, what="the first words")
            proxy.buffers = True
            wait_until(lambda: proxy.streams == 0, what="the stream is given up")
            proxy.buffers = False
            heard = running.ended()

    assert whole(100, heard, reply)


def test_a_token_that_is_none_is_the_end_with_the_server_s_sentence(
    node: str, listen_file: Path, stack: Stack
) -> None:
    with program(node, listen_file, address=stack.base_url, token="nobody's") as running:
        thrown = running.ended()

    sentence = "Sign in, or send a valid bearer token."
    assert thrown == [{"type": "thrown", "name": "ChatbotError", "message": sentence, "status": 401}]


def test_it_waits_for_a_busy_server_and_names_its_place(node: str, listen_file: Path) -> None:
    first = Answer(body=b"retry: 10\nid: a\n\nid: b\ndata: {}\n\n")
    busy = [Answer(status, b"", {"Retry-After": "0"}) for status in (429, 503)]
    portal = Answer(200, b"<p>Sign in to this network</p>", {"Content-Type": "text/html"})
    odd = Answer(body=b"retry: 10\nid: c\ndata: not json\n\ndata: [1]\n\n")
    last = Answer(body=b"id: d\nevent: last\ndata: {}\n\n")
    with scripted(first, *busy, portal, odd, last) as server:
        options = {"address": server.base_url, "token": "secret", "until": "last", "longest": 50}
        with program(node, listen_file, **options) as running:
            heard = running.ended()

    after = [asked["Authorization"] for asked in server.asked]
    assert [event["type"] for event in heard] == ["message", "last"]
    assert heard[1]["position"] == "c"
    assert after == ["Bearer secret"] * 6


def test_the_example_of_the_readme_prints_the_answer(
    node: str, tmp_path: Path, stack: Stack, alice: Alice
) -> None:
    readme = (CLIENTS / "README.md").read_text()
    example = re.search(r"```js\n(.*?)```", readme, re.DOTALL)
    assert example is not None
    shutil.copy(CLIENTS / "chatbot-events.js", tmp_path / "chatbot-events.js")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "example.js").write_text(example[1])

    done = subprocess.run(
        [node, "example.js"],
        cwd=tmp_path,
        env={**os.environ, "CHATBOT_URL": stack.base_url, "CHATBOT_TOKEN": alice.token},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.stdout, done.stderr, done.returncode) == ("How does a stream resume?", "", 0)
