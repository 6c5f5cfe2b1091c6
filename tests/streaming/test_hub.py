import logging

import pytest

from streaming.feed import END_OF_CHANNEL, Feed
from streaming.hub import Hub
from streaming.record import Headers, Record, Text
from streaming.subscription import State, Subscription
from tests.streaming.records import Raw, record


class Undecodable(Raw):
    def headers(self) -> Headers | dict[str, Text] | None:
        return [(b"\xff".decode(), b"")]


@pytest.fixture
def hub() -> Hub:
    hub = Hub()
    hub.begin("e", {0: 0})
    return hub


def listening(hub: Hub) -> Subscription:
    assert hub.log is not None
    subscription = hub.subscribe(Feed("7"))
    subscription.go_live(hub.log.end("7"))
    return subscription


def queued(subscription: Subscription) -> list[int]:
    return [one.offset for one in subscription._queue]


def test_a_generation_of_thousands_of_digits_ends_nothing_and_costs_no_other_record(hub: Hub) -> None:
    subscription = listening(hub)
    absurd = record(1, headers={"type": END_OF_CHANNEL, "generation": "9" * 5000})

    hub.deliver([record(0), absurd, record(2)])

    assert subscription.state is State.LIVE
    assert queued(subscription) == [0, 2]


def test_header_names_that_are_no_text_cost_no_other_record(hub: Hub) -> None:
    subscription = listening(hub)

    hub.deliver([record(0), Record(Undecodable(1)), record(2)])

    assert {0, 2} <= set(queued(subscription))


def test_a_listener_that_fails_is_logged_by_place_and_costs_nobody_a_record(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing, other = listening(hub), listening(hub)
    monkeypatch.setattr(failing, "feed", None)

    with caplog.at_level(logging.WARNING):
        hub.deliver([record(0, value=b"secret"), record(1)])

    assert queued(other) == [0, 1]
    assert hub.log is not None
    assert [one.offset for one in hub.log.recent[0].after(b"7", 0, limit=100)] == [0, 1]
    assert "0-0" in caplog.text
    assert "secret" not in caplog.text
