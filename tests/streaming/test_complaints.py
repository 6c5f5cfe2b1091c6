"""What the broker's library says again and again is logged once, with how often."""

import logging
from collections.abc import Callable

import pytest

from streaming.broker.complaints import REMEMBERED, SILENCE, Complaints
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Publisher
from tests.waiting import wait_until

NOWHERE = BrokerOptions({"bootstrap.servers": "127.0.0.1:9"})
Say = Callable[[str], str | None]


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def say(clock: list[float]) -> Say:
    heard = Complaints(lambda: clock[0])

    def say(message: str) -> str | None:
        record = logging.LogRecord("broker", logging.ERROR, __file__, 1, "%s", (message,), None)
        return record.getMessage() if heard.filter(record) else None

    return say


def test_the_same_is_said_once_and_later_how_often(say: Say, clock: list[float]) -> None:
    said = [say(f"connect to broker 1 failed after {number} ms") for number in range(5)]
    clock[0] += SILENCE
    again = say("connect to broker 1 failed after 7 ms")

    assert said == ["connect to broker 1 failed after 0 ms", None, None, None, None]
    assert again == "connect to broker 1 failed after 7 ms (4 more like it)"


def test_something_else_is_said_at_once(say: Say) -> None:
    assert say("refused") == "refused"
    assert say("timed out") == "timed out"
    assert say("refused") is None


def test_what_is_remembered_is_bounded(say: Say) -> None:
    for number in range(3 * REMEMBERED):
        say("x" * number)

    assert say("x" * (3 * REMEMBERED - 1)) is None
    assert say("x") == "x"


def test_a_broker_that_is_away_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    publisher = Publisher(NOWHERE, patience_ms=0)
    publisher.start()
    publisher.publish("topic", b"key", b"value")

    wait_until(lambda: publisher.stuck_for > 3, what="three seconds of attempts")
    publisher.stop(timeout=0.1)

    refused = [line for line in caplog.messages if "Connection refused" in line]
    assert len(refused) == 1
