"""What is written down of calls, and what it costs where there are none."""

import pytest
from django.contrib.auth.models import Group

from chatbot.database import Database
from chatbot.tools.toolbox import Threads
from conversations.models import Message
from tests.conversations.replying import claimed
from tests.tools.scene import Attempts, Stage

pytestmark = pytest.mark.anyio


def notes() -> list[str]:
    return list(Group.objects.values_list("name", flat=True))


async def test_what_postgresql_can_t_hold_is_replaced(attempts: Attempts) -> None:
    stage = await attempts.next()

    await stage.toolbox.call("note", {"text": "a\0b"})

    assert await attempts.database(notes) == ["a\N{REPLACEMENT CHARACTER}b by alice"]


async def test_a_reply_without_calls_waits_for_no_thread_before_its_first_word(
    attempts: Attempts, reply: Message
) -> None:
    claim = await attempts.database(claimed, reply.conversation)
    closed = Database()
    assert closed.close(timeout=5)
    toolbox = Stage(claim, Threads(closed, closed)).toolbox

    await toolbox.settle()

    assert list(toolbox.journal) == []
