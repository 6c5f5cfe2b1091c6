"""Everybody comes back at once: what that costs, and that nobody misses anything."""

import asyncio
import random
import threading
from collections import Counter

import pytest

from streaming import archive, delivery
from streaming.archive import Archive
from streaming.feed import Feed
from streaming.scan import Found, Scan, Wanted
from tests.streaming.ear import Ear, delivering
from tests.streaming.line import opened, options_for
from tests.streaming.written import Broker

pytestmark = pytest.mark.anyio
CHANNELS = 100
EACH = 30
CLIENTS = 10_000
PARTITIONS = 4


class Storm:
    """Counts the scans of each partition. The first takes as long as it takes everybody to ask."""

    def __init__(self) -> None:
        self.scanned = Counter[int]()
        self.expected = 0
        self._asked = 0
        self._everybody_asked = threading.Event()

    def asks(self) -> None:
        self._asked += 1
        if self._asked == self.expected:
            self._everybody_asked.set()

    def scans(self, partition: int) -> None:
        self.scanned[partition] += 1
        assert self._everybody_asked.wait(20), f"{self._asked} of {self.expected} asked"


@pytest.fixture
def storm(monkeypatch: pytest.MonkeyPatch) -> Storm:
    storm = Storm()

    class AskedArchive(Archive):
        async def find(self, wanted: Wanted) -> Found:
            storm.asks()
            return await super().find(wanted)

    class CountedScan(Scan):
        def run(self) -> set[Wanted]:
            storm.scans(self._partition)
            return super().run()

    monkeypatch.setattr(delivery, "Archive", AskedArchive)
    monkeypatch.setattr(archive, "Scan", CountedScan)
    return storm


async def test_ten_thousand_clients_from_as_many_places_share_their_scans_and_miss_nothing(
    broker: Broker, storm: Storm
) -> None:
    said = [str(number) for number in range(EACH)]
    async with opened(broker) as (_, written):
        places = {str(name): written.write(*said, channel=str(name)) for name in range(CHANNELS)}
        back = [(random.choice(list(places)), random.randrange(EACH)) for _ in range(CLIENTS)]

        async with delivering(options_for(broker), written.topic, broker.epoch) as late:
            storm.expected = sum(had < EACH - 1 for _, had in back)
            ears = [Ear(late, places[who][had], Feed(who)) for who, had in back]
            heard = await asyncio.gather(
                *(ear.hear(EACH - 1 - had) for ear, (_, had) in zip(ears, back, strict=True))
            )
            await asyncio.gather(*(ear.close() for ear in ears))

    assert heard == [said[had + 1 :] for _, had in back]
    # The first has only those who asked before it began; everybody else shares one scan of each partition.
    assert len(storm.scanned) == PARTITIONS
    assert storm.scanned.total() <= PARTITIONS + 1
