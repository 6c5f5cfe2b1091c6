"""A deploy: web processes leave and come back, one after the other, while everybody listens."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.crowd import Client, Crowd
from tests.end_to_end.listening import words
from tests.end_to_end.stranger import Stranger, a_stranger
from tests.end_to_end.test_answers import script
from tests.no_tls import NO_TLS
from tests.stack import Stack, Web
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio
LEAVING = 5.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def stack(real_kafka: Broker, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two web processes."""
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), real_kafka, url)
        stack.environ["STREAMS_PER_USER"] = "1000"
        with stack:
            stack.add_web().wait_ready()
            yield stack


@pytest.fixture(scope="module")
def people(stack: Stack) -> dict[str, str]:
    """Three of them: token and channel."""
    found: dict[str, str] = json.loads(stack.manage("shell", "-v0", "-c", PEOPLE))
    return found


class Steady:
    """Writes to each channel 1, 2, 3 … 50 times a second, on a thread, as long as the block lasts."""

    def __init__(self, stranger: Stranger, channels: list[str]) -> None:
        self.written = 0
        self._stranger, self._channels = stranger, channels
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="steady")

    def __enter__(self) -> "Steady":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._thread.join(20)

    def _run(self) -> None:
        while not self._stopping.wait(0.02):
            value = json.dumps({"n": self.written}).encode()
            for channel in self._channels:
                self._stranger.write("bot-responses", channel, value, headers=[("type", "test.count")])
            self.written += 1


async def restarted(web: Web) -> float:
    """SIGTERM and a new start; how many seconds the old one took to go."""
    begun = time.monotonic()
    web.process.ask()
    assert await asyncio.to_thread(web.process.wait, 10) is not None, "it did not go"
    took = time.monotonic() - begun
    web.process.start()
    await asyncio.to_thread(web.wait_ready)
    return took


def asked(base_url: str, token: str, text: str) -> str:
    """The id of the reply."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base_url, headers=headers, verify=NO_TLS) as http:
        conversation = http.post("/api/conversations", json={"bot": "script"}).json()["id"]
        said = {"text": text, "client_message_id": str(uuid4())}
        answer = http.post(f"/api/conversations/{conversation}/messages", json=said)
    return str(answer.json()["reply"]["id"])


async def test_a_rolling_restart_under_load_loses_nothing_doubles_nothing_and_keeps_the_order(
    stack: Stack, people: dict[str, str]
) -> None:
    crowd = Crowd([web.base_url for web in stack.webs], [*people], each=17)
    alice = crowd.clients[0]
    with a_stranger(stack) as stranger:
        async with crowd.there():
            question = (stack.base_url, alice.token, "words=400 rate=50")
            reply = await asyncio.to_thread(asked, *question)
            with Steady(stranger, [*people.values()]) as steady:
                took = [await restarted(web) for web in stack.webs]

            async def has_everything() -> bool:
                return all(len(client.numbers) >= steady.written for client in crowd.clients)

            await wait_until_async(has_everything, 30, what="everybody has everything")
            await wait_until_async(lambda: has_finished(alice), 30, what="the end of the answer")

    assert {tuple(client.numbers) for client in crowd.clients} == {tuple(range(steady.written))}
    assert words(alice.heard, reply) == script(400)
    assert "reset" not in {event.type for client in crowd.clients for event in client.heard}
    assert max(took) < LEAVING
    assert min(client.opened for client in crowd.clients) >= 2, "somebody was never cut: this shows less"


async def has_finished(client: Client) -> bool:
    return "reply.finished" in {event.type for event in client.heard}


async def test_a_process_with_a_thousand_streams_ends_them_all_spread_and_is_gone_within_5_seconds(
    stack: Stack, people: dict[str, str]
) -> None:
    web = stack.webs[0]
    crowd = Crowd([web.base_url], [*people], each=334)
    async with crowd.there():
        begun = time.monotonic()
        web.process.ask()
        await wait_until_async(lambda: some_have_ended(crowd), what="the first end")
        is_refused = await refuses(web.base_url)
        status = await asyncio.to_thread(web.process.wait, 10)
        took = time.monotonic() - begun

    endings = [client.endings[0] for client in crowd.clients if client.endings]
    times = [ending.at - begun for ending in endings]
    assert (len(endings), all(ending.is_whole for ending in endings)) == (1002, True)
    assert max(times) - min(times) > 0.5
    assert is_refused
    assert status is not None
    assert took < LEAVING
    web.process.start()
    web.wait_ready()


async def some_have_ended(crowd: Crowd) -> bool:
    return any(client.endings for client in crowd.clients)


async def refuses(base_url: str) -> bool:
    try:
        async with httpx.AsyncClient(verify=NO_TLS) as http:
            return (await http.get(f"{base_url}/api/events")).status_code == 503
    except httpx.TransportError:
        return True


PEOPLE = """
import json
from conversations.identity import tokens
from conversations.models import User
people = [User.objects.create_user(name) for name in ("alice", "bob", "charlie")]
print(json.dumps({tokens.issue(one): one.channel for one in people}))
"""
