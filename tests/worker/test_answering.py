"""Which answers run here, and which are called off, with the rows of a real database."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import InterfaceError

from chatbot.database import Database
from chatbot.tools.toolbox import Threads
from chatbot.worker import answering as answering_module
from chatbot.worker.answering import Answering
from chatbot.worker.tally import Tally
from conversations.answers import replies
from conversations.models import Conversation, Message, User
from streaming import publishing
from streaming.broker.publisher import Ack
from streaming.event import Event
from tests.conversations.replying import ask, now
from tests.waiting import wait_until_async

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


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
        Threads(database, database),
        lambda ack: f"e-{ack.partition}-{ack.offset}",
        may_begin=lambda: True,
        tally=Tally(known=[]),
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


class CutOff(Database):
    """Its connection is closed under the first call of one kind."""

    def __init__(self, work: Callable[..., object]) -> None:
        super().__init__()
        self._work: Callable[..., object] | None = work

    async def __call__(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if work is self._work:
            self._work = None
            raise InterfaceError("connection already closed")
        return await super().__call__(work, *args, **kwargs)


async def test_where_it_starts_is_kept_though_the_connection_was_closed_the_first_time(
    monkeypatch: pytest.MonkeyPatch, reply: Message
) -> None:
    def tell(event: Event, on_ack: Callable[[Ack], None]) -> bool:
        if event.type == "reply.started":
            on_ack(Ack(partition=0, offset=7))
        return True

    monkeypatch.setattr(publishing, "tell", tell)
    database = CutOff(replies.begun)
    assert reply.parent is not None
    await database(Message.objects.filter(pk=reply.parent.pk).update, text="words=100 rate=50")

    await answering(database).serve(reply.conversation_id)

    assert (await database(now, reply.pk)).started_position == "e-0-7"
    assert database.close(timeout=5)


class HeldUp(Database):
    """One kind of call says nothing until it is let go, though its work is done."""

    def __init__(self, work: Callable[..., object]) -> None:
        super().__init__()
        self.let_go = asyncio.Event()
        self._work = work

    async def __call__(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        result = await super().__call__(work, *args, **kwargs)
        if work is self._work:
            await self.let_go.wait()
        return result


async def test_what_is_claimed_while_the_rest_is_handed_over_is_given_back(
    reply: Message, told: list[Event]
) -> None:
    database = HeldUp(replies.claim)
    here = answering(database)
    serving = asyncio.create_task(here.serve(reply.conversation_id))
    await wait_until_async(lambda: is_streaming(database, reply))

    here.is_leaving = True
    await here.hand_over()
    database.let_go.set()
    await serving

    row = await database(now, reply.pk)
    assert (row.status, row.tries, row.attempt) == ("queued", 0, 1)
    assert told[0].type == "message.updated", "it was never begun"
    assert database.close(timeout=5)


async def test_handing_over_much_takes_no_longer_than_one_while_the_database_says_nothing(
    told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering_module, "LEAVING", 0.5)
    database = HeldUp(replies.hand_over)
    here = answering(database)
    alice = await database(User.objects.create_user, "alice")
    serving = [asyncio.create_task(serve_a_new_one(here, database, alice)) for _ in range(6)]
    await wait_until_async(lambda: all_run(here, 6))

    begun = time.monotonic()
    here.is_leaving = True
    await here.hand_over()

    assert time.monotonic() - begun < 1.5
    await asyncio.gather(*serving)
    assert database.close(timeout=5)


async def is_streaming(database: Database, reply: Message) -> bool:
    return (await database(now, reply.pk)).status == "streaming"


async def all_run(here: Answering, number: int) -> bool:
    return here.running == number


async def serve_a_new_one(here: Answering, database: Database, owner: User) -> None:
    conversation = await database(Conversation.objects.create, owner=owner, bot="script")
    await database(ask, conversation, "words=100 rate=10")
    await here.serve(conversation.pk)
