"""Long polls: a stream's events in answers. On each broker the same."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from streaming import ahead, tail
from streaming.feed import Feed
from streaming.position import Position
from tests.streaming.line import Line, moved
from tests.streaming.polling import Poller, begun, installed, numbers
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def installed_line(line: Line) -> Iterator[None]:
    with installed(line.delivery):
        yield
    assert line.listeners == 0


@pytest.fixture
def alice(line: Line) -> Poller:
    return Poller(line.feed)


async def test_without_a_place_it_answers_at_once_with_the_live_end(line: Line, alice: Poller) -> None:
    (before,) = await line.say(*numbers(0))

    polled = await alice.poll()

    assert (polled.status, polled.body) == (200, {"events": [], "cursor": str(before)})
    assert polled.headers["Cache-Control"] == "no-store"
    assert polled.headers["Content-Type"] == "application/json"


async def test_it_says_what_a_stream_says_with_the_same_ids_in_the_same_order(
    line: Line, alice: Poller
) -> None:
    start = line.end
    positions = await line.say(*numbers(*range(30)))
    ear = line.ear(after=start)
    await ear.hear(30)
    await ear.close()

    polled = await alice.poll(start)

    streamed = [{"id": e.id, "type": e.type, "data": json.loads(e.data)} for e in ear.heard]
    assert polled.events == streamed
    assert polled.cursor == str(positions[-1])


async def test_the_header_wins_over_the_query(line: Line, alice: Poller) -> None:
    first, second, _ = await line.say(*numbers(0, 1, 2))

    polled = await alice.poll(first, header=second)

    assert polled.said == [2]


async def test_it_waits_for_the_first_event_and_then_answers_at_once(line: Line, alice: Poller) -> None:
    polling = await begun(line, alice, wait=30)

    await line.say(*numbers(0))

    async with asyncio.timeout(5):
        assert (await polling).said == [0]


async def test_when_the_wait_is_over_the_cursor_has_moved_on_over_what_was_for_others(line: Line) -> None:
    polling = await begun(line, narrowed(line), wait=1)
    (theirs,) = await line.say(*numbers(0), labels={"conversation": "b"})

    polled = await polling

    assert (polled.events, polled.cursor) == ([], str(theirs))


async def test_narrowed_it_says_what_is_of_that_conversation(line: Line) -> None:
    start = line.end
    await line.say(*numbers(0), labels={"conversation": "b"})
    await line.say(*numbers(1), labels={"conversation": "a"})

    assert (await narrowed(line).poll(start)).said == [1]


async def test_a_wait_that_is_none_is_refused(line: Line, alice: Poller) -> None:
    none = ["", "31", "-1", "1.5", "x", "1e1", " 5", "9" * 5000, "\u0663"]

    refused = [await alice.poll(line.end, wait=wait) for wait in none]

    assert {(polled.status, polled.body["code"]) for polled in refused} == {(422, "invalid")}
    assert refused[0].body["errors"][0]["field"] == "wait"


async def test_an_unusable_place_is_one_reset_at_once_and_a_cursor_to_go_on_from(
    line: Line, alice: Poller
) -> None:
    (here,) = await line.say(*numbers(0))
    unusable = ["garbage", "x" * 5000, "other-0-0", Position(here.epoch, here.partition + 1, 0)]
    reasons = ["invalid_position", "invalid_position", "another_log", "another_channel"]

    answers = [await alice.poll(place) for place in unusable]

    resets = [{"id": str(here), "type": "reset", "data": {"reason": reason}} for reason in reasons]
    assert [polled.events for polled in answers] == [[reset] for reset in resets]
    assert {polled.cursor for polled in answers} == {str(here)}


async def test_a_place_ahead_of_this_process_is_given_back_without_a_reset(line: Line, alice: Poller) -> None:
    (here,) = await line.say(*numbers(0))
    beyond = moved(here, 1000)

    polled = await alice.poll(beyond, wait=1)

    assert (polled.events, polled.cursor) == ([], str(beyond))


async def test_a_place_that_does_not_exist_is_a_reset_after_a_while(
    line: Line, alice: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "AHEAD", 0.5)
    (here,) = await line.say(*numbers(0))

    polled = await alice.poll(moved(here, 1000), wait=25)

    assert polled.events == [{"id": str(here), "type": "reset", "data": {"reason": "position_lost"}}]
    assert polled.cursor == str(here)


async def test_polls_that_are_shorter_than_that_come_to_the_same_reset(
    line: Line, alice: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "AHEAD", 0.5)
    (here,) = await line.say(*numbers(0))

    first = await alice.poll(moved(here, 1000), wait=0)
    (reset,) = await wait_until_async(partial(events_after, alice, moved(here, 1000)), what="a reset")

    assert first.events == []
    assert reset["data"] == {"reason": "position_lost"}


async def test_the_places_remembered_as_ahead_are_bounded(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "REMEMBERED", 2)
    remembered = ahead.Ahead()
    here = line.end

    [await remembered.is_lost(moved(here, by), line.delivery) for by in (1000, 1001, 1002)]

    assert list(remembered._since) == [moved(here, 1001), moved(here, 1002)]


async def events_after(poller: Poller, place: Position) -> list[dict[str, Any]]:
    return (await poller.poll(place, wait=0)).events


def narrowed(line: Line) -> Poller:
    return Poller(Feed(line.channel, match={"conversation": "a"}))
