"""What a bot's calls do, with the journal of a real database; and what a second attempt does with it."""

import asyncio
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.db.models.functions import Now

from chatbot.bots.protocol import ToolError
from chatbot.tools.calling import INTERRUPTED
from conversations.answers import replies
from conversations.answers.journal import CalledOffError, OvertakenError
from conversations.models import Message
from tests.conversations.replying import fall_silent, now, said
from tests.tools import examples
from tests.tools.scene import Attempts, Stage, change
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio


def notes() -> list[str]:
    return list(Group.objects.order_by("pk").values_list("name", flat=True))


async def refused(stage: Stage, tool: str, **arguments: object) -> str:
    with pytest.raises(ToolError) as refusal:
        await stage.toolbox.call(tool, arguments)
    return str(refusal.value)


async def test_a_call_has_the_user_s_rights_and_is_kept_with_its_effect(attempts: Attempts) -> None:
    stage = await attempts.next()

    result = await stage.toolbox.call("note", {"text": "milk"})

    assert await attempts.database(notes) == ["milk by alice"]
    assert await attempts.journal() == [(1, "note", "done", result)]


async def test_readers_are_told_of_a_call_and_of_its_end_but_not_what_was_said_in_it(
    attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()

    await stage.toolbox.call("note", {"text": "milk"})

    row = await attempts.database(now, reply.pk)
    shown = {"ordinal": 1, "tool": "note", "label": "Noted milk", "question": None, "deadline": None}
    place = {"conversation_id": str(reply.conversation_id), "message_id": str(reply.pk), "attempt": 1}
    assert [(event.type, event.data) for event in stage.told] == [
        ("tool.started", {**place, **shown, "state": "running"}),
        ("tool.finished", {**place, **shown, "state": "done"}),
    ]
    assert row.tools == [{**shown, "state": "done"}]


async def test_a_tool_describes_itself_by_its_signature(attempts: Attempts) -> None:
    stage = await attempts.next()

    spec = next(spec for spec in stage.toolbox.specs if spec.name == "note")

    assert spec.description == "Write a note down."
    assert spec.parameters["required"] == ["text"]
    assert spec.parameters["properties"] == {"text": {"maxLength": 50, "title": "Text", "type": "string"}}


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("fly", {}, "There is no tool 'fly'."),
        ("note", {}, "note can't be called with this. text: Field required"),
        ("note", {"text": "x" * 51}, "text: String should have at most 50 characters"),
        ("note", {"text": "a", "user": "bob"}, "user: Extra inputs are not permitted"),
    ],
)
async def test_what_can_t_be_called_is_refused_with_the_reason_and_leaves_nothing(
    attempts: Attempts, tool: str, arguments: dict[str, object], why: str
) -> None:
    stage = await attempts.next()

    assert why in await refused(stage, tool, **arguments)
    assert await attempts.journal() == []


async def test_a_new_attempt_is_given_the_results_and_does_nothing_twice(attempts: Attempts) -> None:
    first = await attempts.next()
    results = [await first.toolbox.call("note", {"text": text}) for text in ("milk", "eggs")]
    await attempts.die(first)

    second = await attempts.next()
    again = [await second.toolbox.call("note", {"text": text}) for text in ("milk", "eggs")]

    assert again == results
    assert [call.result for call in second.toolbox.journal] == results
    assert await attempts.database(notes) == ["milk by alice", "eggs by alice"]
    assert second.told == []


async def test_the_same_call_twice_in_one_attempt_is_two_calls_and_stays_two(attempts: Attempts) -> None:
    first = await attempts.next()
    await first.toolbox.call("pay", {})
    await first.toolbox.call("pay", {"amount": 5})
    await attempts.die(first)

    second = await attempts.next()
    await second.toolbox.call("pay", {"amount": 5})
    await second.toolbox.call("pay", {"amount": 5})
    await second.toolbox.call("pay", {"amount": 5})

    reply = second.claim.id
    assert examples.sent == [f"{reply}-1", f"{reply}-2", f"{reply}-3"]


async def test_a_failed_call_is_not_tried_again_and_what_it_did_is_undone(attempts: Attempts) -> None:
    first = await attempts.next()
    why = await refused(first, "refuse")
    await attempts.die(first)

    again = await refused(await attempts.next(), "refuse")

    assert why == again == "The book is full."
    assert await attempts.database(notes) == []
    assert await attempts.journal() == [(1, "refuse", "failed", None)]


async def test_an_interrupted_call_without_support_is_reported_and_never_repeated(
    attempts: Attempts,
) -> None:
    first = await attempts.next()
    await first.toolbox.call("send", {})
    await attempts.database(change, first, state="running", result=None)
    await attempts.die(first)

    second = await attempts.next()

    assert await refused(second, "send") == INTERRUPTED
    assert len(examples.sent) == 1
    assert await attempts.journal() == [(1, "send", "interrupted", None)]


async def test_an_interrupted_idempotent_call_is_made_again_with_its_key_before_the_bot_speaks(
    attempts: Attempts,
) -> None:
    first = await attempts.next()
    await first.toolbox.call("pay", {})
    await attempts.database(change, first, state="running", result=None)
    await attempts.die(first)

    second = await attempts.next()

    assert [call.result for call in second.toolbox.journal] == ["paid 5"]
    assert examples.sent == [f"{first.claim.id}-1"] * 2
    assert second.kinds == ["tool.started running", "tool.finished done"]


async def test_an_interrupted_call_to_the_database_left_nothing_and_is_made_again(attempts: Attempts) -> None:
    first = await attempts.next()
    running = asyncio.create_task(first.toolbox.call("dawdle", {}))
    await wait_until_async(partial(is_running, attempts), what="the call")
    running.cancel()
    await attempts.die(first)
    examples.held.set()

    second = await attempts.next()

    assert [call.result for call in second.toolbox.journal] == ["late"]
    await attempts.close()
    assert await attempts.database(notes) == ["late"]


async def test_who_was_overtaken_does_nothing_more_and_what_is_half_done_is_undone(
    attempts: Attempts,
) -> None:
    first = await attempts.next()
    running = asyncio.create_task(first.toolbox.call("dawdle", {}))
    await wait_until_async(partial(is_running, attempts), what="the call")
    await attempts.database(fall_silent, first.claim)
    await attempts.database(replies.claim, first.claim.reply.conversation_id)
    examples.held.set()

    with pytest.raises(OvertakenError):
        await running

    assert first.toolbox.is_over
    assert first.ended == "stopped"
    assert await attempts.database(notes) == []


async def is_running(attempts: Attempts) -> bool:
    return bool(await attempts.journal())


async def test_a_call_that_was_given_up_takes_no_effect_later(attempts: Attempts) -> None:
    stage = await attempts.next()

    why = await refused(stage, "dawdle")
    examples.held.set()
    await attempts.close()

    assert why == "It took longer than 0.3 seconds, and was undone."
    assert await attempts.database(notes) == []
    assert await attempts.journal() == [(1, "dawdle", "failed", None)]


async def test_nothing_is_begun_for_an_answer_that_was_stopped(attempts: Attempts, reply: Message) -> None:
    stage = await attempts.next()
    await attempts.database(Message.objects.filter(pk=reply.pk).update, cancel_requested_at=Now())

    with pytest.raises(CalledOffError):
        await stage.toolbox.call("send", {})

    assert (stage.ended, stage.toolbox.is_over, examples.sent) == ("cancelled", False, [])


@pytest.mark.parametrize(
    ("tool", "why", "state"),
    [
        ("hang", "nobody knows whether it took effect", "interrupted"),
        ("whisper", "It was done, but: What it returned is too long: 100,002 characters", "failed"),
        ("stumble", "It failed for a reason that is in the service's log.", "failed"),
    ],
)
async def test_what_goes_wrong_is_bounded_and_told_to_the_bot(
    attempts: Attempts, tool: str, why: str, state: str
) -> None:
    stage = await attempts.next()

    assert why in await refused(stage, tool)
    assert [call[2] for call in await attempts.journal()] == [state]


async def test_what_still_ran_when_the_answer_ended_is_shown_as_interrupted(
    attempts: Attempts, reply: Message
) -> None:
    stage = await attempts.next()
    await stage.toolbox.call("send", {})
    await attempts.database(change, stage, state="running")

    ended = await attempts.database(replies.finish, stage.claim, said())

    assert ended is not None
    assert [call[2] for call in await attempts.journal()] == ["interrupted"]
