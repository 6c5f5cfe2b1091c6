"""Kafka goes and comes back: posts succeed meanwhile, and are answered afterwards."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.brokers import Broker, kafka
from tests.databases import database
from tests.end_to_end.test_answers import script
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until


@pytest.fixture
def kafka_of_its_own() -> Iterator[Broker]:
    with kafka() as broker:
        yield broker


@pytest.fixture
def stack_to_cut_off(kafka_of_its_own: Broker, template: str, tmp_path: Path) -> Iterator[Stack]:
    with database(template) as url, Stack(tmp_path, kafka_of_its_own, url) as stack:
        yield stack


def test_a_post_succeeds_without_kafka_and_is_answered_when_it_is_back(stack_to_cut_off: Stack) -> None:
    stack, server = stack_to_cut_off, stack_to_cut_off.broker.server
    assert server is not None
    with Reader(stack.base_url, stack.token("alice")) as alice:
        conversation = alice.start(bot="script")
        server.kill()
        wait_until(lambda: ready(stack) == "degraded", 20, what="the loss of Kafka is noticed")
        reply = alice.say(conversation, "words=5")
        history = alice.history(conversation)
        refused = httpx.get(f"{stack.base_url}/api/events", headers=alice.http.headers, verify=NO_TLS)

        server.start()
        finished = alice.finished(reply, within=60)

    assert history["cursor"] is None
    assert (refused.status_code, refused.json()["code"]) == (503, "broker_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert finished["text"] == script(5)


def ready(stack: Stack) -> str:
    return str(httpx.get(f"{stack.base_url}/readyz", verify=NO_TLS).json()["status"])
