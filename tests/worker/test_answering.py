"""Which answers run here, and which are called off, with the rows of a real database."""

from collections.abc import Iterator

import pytest

from chatbot.worker.answering import Answering
from chatbot.worker.database import Database
from chatbot.worker.tally import Tally
from conversations.models import Conversation, Message, User
from streaming import publishing
from streaming.event import Event
from tests.conversations.replying import ask, now

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


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
def reply() -> Message:
    alice = User.objects.create_user("alice")
    return ask(Conversation.objects.create(owner=alice, bot="script"), "words=3 rate=1000")


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database()
    yield database
    assert database.close(timeout=5)


def answering(database: Database) -> Answering:
    return Answering(
        database, lambda ack: f"e-{ack.partition}-{ack.offset}", may_begin=lambda: True, tally=Tally(known=[])
    )


async def test_what_a_conversation_wants_answered_is_answered(
    database: Database, reply: Message, told: list[Event]
) -> None:
    await answering(database).serve(reply.conversation_id)

    row = await database(now, reply.pk)
    assert (row.status, row.text) == ("complete", "w0 w1 w2")


async def test_what_is_called_off_between_its_claim_and_its_start_is_never_said(
    database: Database, reply: Message, told: list[Event]
) -> None:
    here = answering(database)

    here.cancel(reply.pk)
    await here.serve(reply.conversation_id)

    row = await database(now, reply.pk)
    assert (row.status, row.text, row.error) == ("cancelled", "", "")
    assert "reply.delta" not in [event.type for event in told]
