import asyncio
from uuid import UUID

import pytest

from chatbot.worker.inbox import Inbox

pytestmark = pytest.mark.anyio
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_conversations_come_out_in_the_order_in_which_they_came(anyio_backend: str) -> None:
    inbox = Inbox(bound=10)

    inbox.offer(ONE)
    inbox.offer(TWO)

    assert [await inbox.take(), await inbox.take()] == [ONE, TWO]


async def test_a_conversation_waits_only_once(anyio_backend: str) -> None:
    inbox = Inbox(bound=1)

    taken_twice = [inbox.offer(ONE), inbox.offer(ONE)]

    assert taken_twice == [True, True]
    assert await inbox.take() == ONE
    assert not await something_waits(inbox)


async def test_at_its_bound_it_says_no(anyio_backend: str) -> None:
    inbox = Inbox(bound=2)

    answers = [inbox.offer(conversation) for conversation in (ONE, TWO, THREE)]

    assert answers == [True, True, False]


async def test_rung_while_it_is_served_it_is_served_once_more(anyio_backend: str) -> None:
    inbox = Inbox(bound=2)
    inbox.offer(ONE)
    await inbox.take()

    inbox.offer(ONE)
    while_served = await something_waits(inbox)
    inbox.done(ONE)

    assert not while_served
    assert await inbox.take() == ONE


async def test_served_in_peace_it_does_not_come_back(anyio_backend: str) -> None:
    inbox = Inbox(bound=2)
    inbox.offer(ONE)
    await inbox.take()

    inbox.done(ONE)

    assert not await something_waits(inbox)


async def test_an_offer_from_another_thread_wakes_who_waits(anyio_backend: str) -> None:
    inbox = Inbox(bound=2)
    waiting = asyncio.create_task(inbox.take())

    await asyncio.to_thread(inbox.offer, ONE)

    assert await asyncio.wait_for(waiting, 5) == ONE


async def something_waits(inbox: Inbox) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await inbox.take()
    except TimeoutError:
        return False
    return True
