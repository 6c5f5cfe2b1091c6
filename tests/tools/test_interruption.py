"""Calls that came to no end, and questions that were never asked."""

import asyncio

import pytest
from django.contrib.auth.models import Group

from chatbot.bots.protocol import ToolError
from conversations.answers.journal import OvertakenError
from conversations.asking.cancelling import cancel_reply
from conversations.lifecycle import delete_conversation
from conversations.models import Message
from tests.tools import examples
from tests.tools.scene import Attempts, change
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio


async def test_what_still_ran_is_interrupted_where_the_answer_is_stopped_between_two_attempts(
    attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()
    await stage.toolbox.call("send", {})
    await attempts.database(change, stage, state="running")
    await attempts.die(stage)

    await attempts.database(cancel_reply, reply.conversation.owner, reply.pk)

    assert [call[2] for call in await attempts.journal()] == ["interrupted"]


async def test_what_still_ran_is_interrupted_where_a_stopped_answer_is_handed_over(
    attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()
    await stage.toolbox.call("send", {})
    await attempts.database(change, stage, state="running")
    await attempts.database(cancel_reply, reply.conversation.owner, reply.pk)

    await attempts.die(stage)

    assert [call[2] for call in await attempts.journal()] == ["interrupted"]


async def test_a_conversation_that_is_deleted_in_the_middle_of_a_call_leaves_nothing_of_it(
    attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()
    running = asyncio.create_task(stage.toolbox.call("dawdle", {}))
    await wait_until_async(attempts.journal, what="the call")

    await attempts.database(delete_conversation, reply.conversation.owner, reply.conversation_id)
    examples.held.set()

    with pytest.raises(OvertakenError):
        await running
    assert await attempts.database(Group.objects.count) == 0


async def test_a_question_that_waits_for_the_database_too_long_is_given_up(attempts: Attempts) -> None:
    stage = await attempts.next()

    with pytest.raises(ToolError, match="It failed"):
        await stage.toolbox.call("ponder", {})

    await attempts.close()
    assert await attempts.journal() == []
