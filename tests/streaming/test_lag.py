"""Web processes that are not equally far."""

import asyncio

import pytest

from streaming.record import Record
from tests.streaming.ear import delivering
from tests.streaming.line import Line, options_for
from tests.streaming.written import Broker

pytestmark = pytest.mark.anyio


async def test_a_place_of_a_process_that_is_2_seconds_ahead_is_waited_for_without_a_reset_or_a_gap(
    broker: Broker, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = options_for(broker)
    async with delivering(options, line.written.topic, broker.epoch) as behind:
        waiting: list[list[Record]] = []
        monkeypatch.setattr(behind._listener, "_take", waiting.append)
        ahead = await line.say(*map(str, range(10)))
        ear = Line(behind, line.written, line.channel).ear(after=ahead[4])
        hearing = asyncio.create_task(ear.hear(6))

        is_silent = await Line(behind, line.written, line.channel).ear(after=ahead[4]).silence(2)
        monkeypatch.undo()
        behind.hub.deliver([record for batch in waiting for record in batch])
        await line.say("10")

        assert is_silent
        assert await hearing == [*map(str, range(5, 11))]
        assert [event.id for event in ear.heard[:5]] == [str(place) for place in ahead[5:]]
