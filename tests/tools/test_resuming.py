"""A bot that was told of the journal goes on from it: which of its calls are made, and which never again."""

import pytest
from django.contrib.auth.models import Group

from chatbot.bots.protocol import ToolError, ToolWaitsError
from chatbot.tools.calling import INTERRUPTED
from conversations.answers import approvals
from conversations.models import Message
from tests.tools import examples
from tests.tools.scene import Attempts, Stage, change

pytestmark = pytest.mark.anyio


async def asked(attempts: Attempts) -> None:
    """An attempt ends with a question."""
    stage = await attempts.next()
    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("careful_note", {"text": "milk"})


async def decide(attempts: Attempts, reply: Message, *, approve: bool) -> None:
    await attempts.database(approvals.decide, reply.conversation.owner, reply.pk, 1, approve=approve)


async def refused(stage: Stage, tool: str, **arguments: object) -> str:
    with pytest.raises(ToolError) as refusal:
        await stage.toolbox.call(tool, arguments)
    return str(refusal.value)


def notes() -> list[str]:
    return list(Group.objects.values_list("name", flat=True))


async def test_a_bot_that_goes_on_from_the_journal_means_what_it_calls(attempts: Attempts) -> None:
    first = await attempts.next()
    await first.toolbox.call("pay", {})
    await attempts.die(first)

    second = await attempts.next()
    known = [call.result for call in second.toolbox.resume()]
    await second.toolbox.call("pay", {})

    assert known == ["paid 5"]
    assert examples.sent == [f"{first.claim.id}-1", f"{first.claim.id}-2"]


async def test_what_nobody_knows_the_effect_of_is_not_made_again_however_often_it_is_called(
    attempts: Attempts,
) -> None:
    first = await attempts.next()
    await first.toolbox.call("send", {})
    await attempts.database(change, first, state="running", result=None)
    await attempts.die(first)

    second = await attempts.next()
    second.toolbox.resume()

    assert [await refused(second, "send"), await refused(second, "send")] == [INTERRUPTED] * 2
    assert len(examples.sent) == 1


async def test_who_declined_is_not_asked_the_same_again(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=False)
    second = await attempts.next()
    second.toolbox.resume()

    said = [await refused(second, "careful_note", text="milk") for _ in range(2)]

    assert said == ["This was declined: it was not done."] * 2


async def test_who_approved_one_call_is_asked_before_another_like_it(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=True)
    second = await attempts.next()
    second.toolbox.resume()

    with pytest.raises(ToolWaitsError):
        await second.toolbox.call("careful_note", {"text": "milk"})

    assert await attempts.database(notes) == ["milk"]
