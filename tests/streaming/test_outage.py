"""Kafka goes and comes back in the middle of what a reader is told."""

import asyncio
from collections.abc import Iterator

import pytest

from streaming import scan
from tests.brokers import Broker, kafka
from tests.streaming.ear import Ear, delivering
from tests.streaming.line import moved, opened, options_for

pytestmark = pytest.mark.anyio
COUNT = 5000


@pytest.fixture
def kafka_of_its_own() -> Iterator[Broker]:
    """To be killed: the others need theirs."""
    with kafka() as broker:
        yield broker


async def test_a_replay_goes_on_where_it_was_when_the_broker_is_back(
    kafka_of_its_own: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "RECORDS", 1000)
    said = [str(number) for number in range(COUNT)]
    server = kafka_of_its_own.server
    assert server is not None
    async with opened(kafka_of_its_own) as (_, written):
        positions = written.write(*said)
        async with delivering(options_for(kafka_of_its_own), written.topic) as late:
            ear = Ear(late, after=moved(positions[0], -1))
            before = len(await ear.hear(1))

            server.kill()
            hearing = asyncio.create_task(ear.hear(COUNT + 1, within=90))
            server.start()  # here: it would end with whatever other thread had started it
            written.write("after")

            assert await hearing == [*said, "after"]
            assert before < COUNT, "it had everything already: this shows nothing"
