import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conversations.models import Conversation
from conversations.telling import acknowledgements, news
from conversations.telling.acknowledgements import Acknowledgements, Rev
from streaming import publishing
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, AckOrRefusal, Publisher
from tests.conversations.replying import ask

pytestmark = pytest.mark.django_db


class SmallBroker(Publisher):
    """Refuses, by delivery report, whatever has a text; takes the rest."""

    def __init__(self) -> None:
        super().__init__(BrokerOptions({"bootstrap.servers": "127.0.0.1:1"}), patience_ms=1000)
        self.taken: list[dict[str, Any]] = []

    def publish(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        *,
        headers: list[tuple[str, str | bytes | None]] | None = None,
        on_ack: Callable[[Ack], None] | None = None,
    ) -> None:
        data = json.loads(value or b"")["message"]
        match (data["text"], on_ack):
            case (None, ack) if ack is not None:
                self.taken.append(data)
                ack(Ack(0, 0))
            case (_, AckOrRefusal() as hearing):
                hearing.on_refused()


class Ledger(Acknowledgements):
    def __init__(self) -> None:
        super().__init__()
        self.revs: list[Rev] = []

    def add(self, rev: Rev) -> None:
        self.revs.append(rev)


@pytest.fixture
def broker() -> Iterator[SmallBroker]:
    broker = SmallBroker()
    publishing.install(broker)
    yield broker
    publishing.install(None)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    ledger = Ledger()
    acknowledgements.install(ledger)
    yield ledger
    acknowledgements.install(None)


def test_a_message_too_large_for_the_broker_is_told_without_its_text_and_counts_as_told(
    conversation: Conversation, broker: SmallBroker, ledger: Ledger
) -> None:
    reply = ask(conversation)

    news.publish([reply])

    assert [(data["id"], data["text"], data["html"]) for data in broker.taken] == [
        (str(reply.pk), None, None)
    ]
    assert [rev.id for rev in ledger.revs] == [reply.pk]
