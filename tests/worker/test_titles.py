"""A conversation names itself better once its first answer is complete, if somebody knows how."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from pytest_django import Settings

from chatbot.database import Database
from chatbot.tools.toolbox import Threads
from chatbot.worker.answering import Answering
from chatbot.worker.tally import Tally
from conversations.asking.titles import key_words
from conversations.models import Conversation, Message, User
from streaming.event import Event
from tests.conversations.replying import ask
from tests.waiting import wait_until_async

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]
QUESTION = "words=3 rate=1000"


@pytest.fixture
def reply() -> Message:
    alice = User.objects.create_user("alice")
    conversation = Conversation.objects.create(owner=alice, bot="script", title=key_words(QUESTION))
    return ask(conversation, QUESTION)


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database()
    yield database
    assert database.close(timeout=5)


@pytest.fixture
async def here(database: Database) -> Answering:
    return Answering(
        Threads(database, database), lambda ack: "e-0-1", may_begin=lambda: True, tally=Tally(known=[])
    )


def is_so(fact: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def condition() -> bool:
        return fact()

    return condition


def title() -> str:
    return Conversation.objects.get().title


async def test_the_first_exchange_gives_the_title(
    here: Answering, database: Database, reply: Message, told: list[Event], settings: Settings
) -> None:
    settings.TITLES = "tests.worker.naming.by_answer"

    await here.serve(reply.conversation_id)

    await wait_until_async(is_so(lambda: told[-1].type == "conversation.updated"))
    assert await database(title) == "script said w0 w1 w2"
    assert "'title': 'script said w0 w1 w2'" in str(told[-1].data)


async def test_nobody_who_knows_better_leaves_the_key_words(
    here: Answering, database: Database, reply: Message, told: list[Event]
) -> None:
    await here.serve(reply.conversation_id)

    assert await database(title) == QUESTION
    assert "conversation.updated" not in [event.type for event in told]


async def test_a_title_that_fails_is_a_line_in_the_log_and_no_failed_answer(
    *,
    here: Answering,
    database: Database,
    reply: Message,
    told: list[Event],
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.TITLES = "tests.worker.naming.broken"

    await here.serve(reply.conversation_id)

    await wait_until_async(is_so(lambda: "no better title" in caplog.text))
    assert await database(title) == QUESTION
    assert "'status': 'complete'" in str(told[-1].data)


async def test_a_title_that_never_comes_holds_up_nobody_who_leaves(
    here: Answering, database: Database, reply: Message, told: list[Event], settings: Settings
) -> None:
    settings.TITLES = "tests.worker.naming.endless"
    await here.serve(reply.conversation_id)

    await here.hand_over()

    assert await database(title) == QUESTION
