"""Long polls: how much an answer holds, what it passes over, and what ends it."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from streaming.feed import Feed
from streaming.position import Position
from tests.streaming.ear import delivering
from tests.streaming.line import Line, opened, options_for
from tests.streaming.polling import Poller, begun, installed, numbers
from tests.streaming.written import Broker

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def installed_line(line: Line) -> Iterator[None]:
    with installed(line.delivery):
        yield
    assert line.listeners == 0


@pytest.fixture
def alice(line: Line) -> Poller:
    return Poller(line.feed)


async def test_an_answer_holds_512_events_and_the_next_goes_on_behind_them(line: Line, alice: Poller) -> None:
    start = line.end
    positions = await line.say(*numbers(*range(600)))

    first = await alice.poll(start)
    second = await alice.poll(first.cursor)

    assert (len(first.events), first.cursor) == (512, str(positions[511]))
    assert first.said + second.said == list(range(600))


async def test_an_answer_holds_a_megabyte_or_one_event_that_is_larger(line: Line, alice: Poller) -> None:
    start = line.end
    sizes = [400_000, 400_000, 400_000, 2_000_000, 10]
    await line.say(*[json.dumps({"n": size, "x": "x" * size}) for size in sizes])

    first = await alice.poll(start)
    second = await alice.poll(first.cursor)
    third = await alice.poll(second.cursor)
    fourth = await alice.poll(third.cursor)

    answers = [first.said, second.said, third.said, fourth.said]
    assert answers == [[400_000, 400_000], [400_000], [2_000_000], [10]]


async def test_what_memory_does_not_hold_is_read_from_the_log_however_short_the_wait(
    broker: Broker, line: Line, alice: Poller
) -> None:
    start = line.end
    positions = await line.say(*numbers(*range(700)))

    async with delivering(options_for(broker), line.written.topic, broker.epoch) as late:
        with installed(late):
            first = await alice.poll(start, wait=0)
            second = await alice.poll(first.cursor, wait=25)

    assert first.said + second.said == list(range(700))
    assert [event["id"] for event in first.events + second.events] == [str(each) for each in positions]


async def test_poll_after_poll_misses_nothing_and_doubles_nothing_while_more_keeps_coming(
    line: Line, alice: Poller
) -> None:
    polling = asyncio.create_task(alice.all_after(line.end, until=1000))

    [await line.say(*numbers(*range(begin, begin + 50))) for begin in range(0, 1000, 50)]

    assert [event["data"]["n"] for event in await polling] == list(range(1000))


async def test_data_that_is_no_object_is_passed_over_and_moves_the_cursor(line: Line, alice: Poller) -> None:
    start = line.end
    none = [
        "[1]",
        "no json",
        '{"n": NaN}',
        '{"n": 1} 2',
        "\N{BYTE ORDER MARK}{}",
        "[" * 100_000,
        '{"n":"\n"}',
    ]
    strange = await line.say(*none, '{"n": %s}' % ("1" * 5000))

    passed = await alice.poll(start, wait=0)
    await line.say(*numbers(7))
    polled = await alice.poll(start)

    assert (passed.events, passed.cursor) == ([], str(strange[-1]))
    assert polled.said == [7]


async def test_a_record_that_was_put_into_another_partition_has_no_id(
    broker: Broker, line: Line, alice: Poller
) -> None:
    start = line.end
    polling = await begun(line, alice, wait=25)
    producer = Producer({"bootstrap.servers": broker.bootstrap_servers})

    elsewhere = (start.partition + 1) % line.written.partitions
    headers: list[tuple[str, str | bytes | None]] = [("type", "reply.delta")]
    key = line.channel.encode()
    producer.produce(line.written.topic, b'{"n": 0}', key, partition=elsewhere, headers=headers)
    producer.flush(5)
    polled = await polling

    assert [(event["id"], event["data"]) for event in polled.events] == [(None, {"n": 0})]
    assert polled.cursor == str(start)


async def test_a_log_made_anew_meanwhile_is_a_reset(broker: Broker) -> None:
    async with opened(broker) as (delivery, written):
        line = Line(delivery, written, "7")
        with installed(delivery):
            polling = await begun(line, Poller(line.feed), wait=25)

            delivery.hub.begin("another", dict.fromkeys(range(written.partitions), 0))
            polled = await polling

    assert [event["data"] for event in polled.events] == [{"reason": "another_log"}]
    assert Position.parse(polled.cursor).epoch == "another"


async def test_a_process_that_leaves_answers_what_is_open_and_takes_no_more(broker: Broker) -> None:
    async with opened(broker) as (delivery, written):
        line, alice = Line(delivery, written, "7"), Poller(Line(delivery, written, "7").feed)
        with installed(delivery):
            start = line.end
            polling = [await begun(line, alice, wait=25) for _ in range(5)]

            delivery.leave(within=0.5)
            async with asyncio.timeout(2):
                answers = await asyncio.gather(*polling)
            late = await alice.poll(start)

    assert [(polled.events, polled.cursor) for polled in answers] == [([], str(start))] * 5
    assert (late.status, late.body["code"]) == (503, "broker_unavailable")


async def test_without_a_broker_it_says_when_to_come_back() -> None:
    with installed(None):
        polled = await Poller(Feed("7")).poll()

    assert (polled.status, polled.body["code"]) == (503, "broker_unavailable")
    assert 1 <= int(polled.headers["Retry-After"]) <= 4


async def test_a_client_that_leaves_leaves_nothing_behind(line: Line, alice: Poller) -> None:
    polling = await begun(line, alice, wait=25)

    polling.cancel()
    (outcome,) = await asyncio.gather(polling, return_exceptions=True)

    assert isinstance(outcome, asyncio.CancelledError)
    assert line.listeners == 0
