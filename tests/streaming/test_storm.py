"""Everybody comes back at once: what that costs, and that nobody misses anything."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from streaming import archive
from streaming.feed import Feed
from streaming.scan import Scan, Wanted
from tests.streaming.ear import Ear, delivering
from tests.streaming.line import opened, options_for
from tests.streaming.written import Broker

pytestmark = pytest.mark.anyio
CHANNELS = 100
EACH = 30
CLIENTS = 10_000


class CountedScan(Scan):
    scanned = Counter[int]()

    def run(self) -> set[Wanted]:
        self.scanned[self._partition] += 1
        return super().run()


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[int]]:
    """How many scans there were of each partition."""
    monkeypatch.setattr(archive, "Scan", CountedScan)
    yield CountedScan.scanned
    CountedScan.scanned.clear()


async def test_ten_thousand_clients_from_as_many_places_share_their_scans_and_miss_nothing(
    broker: Broker, scanned: Counter[int]
) -> None:
    said = [str(number) for number in range(EACH)]
    async with opened(broker) as (_, written):
        places = {str(name): written.write(*said, channel=str(name)) for name in range(CHANNELS)}
        back = [(random.choice(list(places)), random.randrange(EACH)) for _ in range(CLIENTS)]

        async with delivering(options_for(broker), written.topic, broker.epoch) as late:
            ears = [Ear(late, places[who][had], Feed(who)) for who, had in back]
            heard = await asyncio.gather(
                *(ear.hear(EACH - 1 - had) for ear, (_, had) in zip(ears, back, strict=True))
            )
            await asyncio.gather(*(ear.close() for ear in ears))

    assert heard == [said[had + 1 :] for _, had in back]
    assert max(scanned.values()) <= 3  # the first may begin before the others have asked
