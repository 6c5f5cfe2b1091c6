from collections.abc import Iterator

import pytest

from streaming import publishing
from streaming.broker.options import BrokerOptions
from streaming.event import Event
from tests.streaming.conftest import options, topic, topics, written
from tests.streaming.written import Written
from tests.waiting import wait_until
from tests.worker.office import Office, listening, rounds

__all__ = ["options", "topic", "topics", "written"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What goes to the log."""
    events: list[Event] = []

    def tell(event: Event, on_ack: object) -> bool:
        events.append(event)
        return True

    monkeypatch.setattr(publishing, "tell", tell)
    return events


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def heard(office: Office, options: BrokerOptions, written: Written) -> Iterator[Office]:
    """Of a thread that has found the live end of each partition."""
    with listening(office, options, written.topics, written.topic):
        wait_until(rounds(office, written), 20, what="the live end")
        yield office
