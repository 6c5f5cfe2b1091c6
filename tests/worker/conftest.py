import pytest

from streaming import publishing
from streaming.event import Event
from tests.streaming.conftest import options, topic, topics, written

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
