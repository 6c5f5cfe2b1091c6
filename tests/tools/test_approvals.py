"""A person is asked before a tool runs: what becomes of the reply, the call and the attempt."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db.models.functions import Now

from chatbot.bots.protocol import ToolError, ToolWaitsError
from conversations.answers import approvals, replies
from conversations.errors import DecisionTakenError, NotFoundError
from conversations.models import Message, ToolCall, User
from conversations.telling.sweeping import purge_deleted
from tests.conversations.calling import Caller
from tests.conversations.replying import ask, now
from tests.tools.scene import Attempts, Stage

pytestmark = pytest.mark.anyio


async def asked(attempts: Attempts) -> Stage:
    """An attempt that ended with a question."""
    stage = await attempts.next()
    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("careful_note", {"text": "milk"})
    return stage


async def decide(attempts: Attempts, reply: Message, *, approve: bool) -> None:
    await attempts.database(approvals.decide, reply.conversation.owner, reply.pk, 1, approve=approve)


def notes() -> list[str]:
    return list(Group.objects.values_list("name", flat=True))


def overdue() -> None:
    ToolCall.objects.update(deadline=Now() - timedelta(seconds=1))


async def test_the_reply_waits_with_what_was_said_and_nobody_claims_it(
    attempts: Attempts, reply: Message
) -> None:
    stage = await asked(attempts)

    row = await attempts.database(now, reply.pk)
    assert (row.status, row.text, row.tries, row.heartbeat_at) == ("waiting", "So far", 0, None)
    assert row.usage == {"model": "small", "input_tokens": 4}
    assert None not in (row.announce_since, row.tools)
    assert [(call["state"], call["question"]) for call in row.tools or []] == [("waiting", "Note milk?")]
    assert stage.toolbox.is_over
    assert stage.ended == "stopped"
    assert await attempts.database(replies.claim, reply.conversation_id) is None
    assert await attempts.database(notes) == []


async def test_nobody_is_asked_about_more_than_they_are_shown(attempts: Attempts) -> None:
    stage = await attempts.next()

    with pytest.raises(ToolError, match="too long to ask a person about"):
        await stage.toolbox.call("careful_note", {"text": "milk" * 200})

    assert await attempts.journal() == []


async def test_once_it_waits_the_bot_can_t_call_anything_more(attempts: Attempts) -> None:
    stage = await asked(attempts)

    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("send", {})


async def test_what_is_behind_it_in_the_conversation_waits_too(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    await attempts.database(ask, reply.conversation)

    assert await attempts.database(replies.claim, reply.conversation_id) is None
    assert await attempts.database(replies.stranded, 10) == []


async def test_what_was_approved_is_done_once_before_the_bot_speaks_again(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=True)

    second = await attempts.next()
    result = await second.toolbox.call("careful_note", {"text": "milk"})

    assert second.kinds == ["tool.started running", "tool.finished done"]
    assert [call.result for call in second.toolbox.journal] == [result]
    assert await attempts.database(notes) == ["milk"]
    assert (second.claim.attempt, second.claim.reply.tries) == (2, 1)


async def test_a_declined_call_is_an_error_to_the_bot_and_leaves_nothing(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=False)

    second = await attempts.next()

    with pytest.raises(ToolError, match="This was declined"):
        await second.toolbox.call("careful_note", {"text": "milk"})
    assert await attempts.database(notes) == []


async def test_other_arguments_than_those_approved_are_asked_about_anew(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=True)
    second = await attempts.next()

    with pytest.raises(ToolWaitsError):
        await second.toolbox.call("careful_note", {"text": "eggs"})

    assert await attempts.database(notes) == ["milk"]


async def test_who_does_not_answer_in_time_has_declined(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    assert await attempts.database(approvals.expire, 10) == 0
    await attempts.database(overdue)

    assert await attempts.database(approvals.expire, 10) == 1

    with pytest.raises(ToolError, match="Nobody approved this in time"):
        await (await attempts.next()).toolbox.call("careful_note", {"text": "milk"})
    assert await attempts.database(approvals.expire, 10) == 0


async def test_a_decision_may_be_repeated_and_the_other_one_comes_too_late(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=True)

    await decide(attempts, reply, approve=True)
    with pytest.raises(DecisionTakenError):
        await decide(attempts, reply, approve=False)

    assert [call[2] for call in await attempts.journal()] == ["approved"]


async def test_a_decision_after_the_deadline_comes_too_late(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    await attempts.database(overdue)

    with pytest.raises(DecisionTakenError):
        await decide(attempts, reply, approve=True)


async def test_only_who_asked_the_question_decides(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    bob = await attempts.database(User.objects.create_user, "bob")

    with pytest.raises(NotFoundError):
        await attempts.database(approvals.decide, bob, reply.pk, 1, approve=True)

    assert [call[2] for call in await attempts.journal()] == ["waiting"]


def over_http(user: User, reply: Message, decision: str, call: object = 1) -> tuple[int, str]:
    answer = Caller(user).post(f"/messages/{reply.pk}/tools/{call}", decision=decision)
    return answer.status, answer.body.get("code") or answer.body["reply"]["status"]


async def test_over_http_it_is_one_call(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    bob = await attempts.database(User.objects.create_user, "bob")
    alice, run = reply.conversation.owner, attempts.database

    assert await run(over_http, bob, reply, "approve") == (404, "not_found")
    assert await run(over_http, alice, reply, "approve", 2) == (404, "not_found")
    assert await run(over_http, alice, reply, "approve", "x") == (404, "not_found")
    assert await run(over_http, alice, reply, "maybe") == (422, "invalid")
    assert await run(over_http, alice, reply, "decline") == (202, "queued")
    assert await run(over_http, alice, reply, "decline") == (202, "queued")
    assert await run(over_http, alice, reply, "approve") == (409, "decision_taken")


def decide_by_form(user: User, reply: Message, decision: str) -> tuple[bool, str]:
    """Whether the page has that button, and where one is once it was pressed."""
    browser = Caller(user).client
    page = browser.get(f"/c/{reply.conversation_id}/").content.decode()
    path = f"/c/{reply.conversation_id}/{reply.pk}/tools/1/{decision}"
    pressed = browser.post(path)
    return f'form="choice" formaction="{path}"' in page, pressed.headers.get("Location", "")


async def test_without_javascript_it_is_a_form(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    bob = await attempts.database(User.objects.create_user, "bob")
    alice, here = reply.conversation.owner, f"/c/{reply.conversation_id}/"

    assert await attempts.database(decide_by_form, bob, reply, "approve") == (False, "")
    assert await attempts.database(decide_by_form, alice, reply, "maybe") == (False, "")
    assert await attempts.database(decide_by_form, alice, reply, "approve") == (True, here)
    assert await attempts.database(decide_by_form, alice, reply, "decline") == (False, here)
    assert [call[2] for call in await attempts.journal()] == ["approved"]


def cancel_over_http(user: User, reply: Message) -> dict[str, object]:
    cancelled: dict[str, object] = Caller(user).cancel(reply).body["reply"]
    return cancelled


async def test_a_cancelled_reply_takes_its_question_with_it(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)

    shown = await attempts.database(cancel_over_http, reply.conversation.owner, reply)

    assert shown["status"] == "cancelled"
    assert [call[2] for call in await attempts.journal()] == ["declined"]
    with pytest.raises(DecisionTakenError):
        await decide(attempts, reply, approve=True)


async def test_a_cancelled_reply_does_not_do_what_was_approved(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)
    await decide(attempts, reply, approve=True)

    await attempts.database(cancel_over_http, reply.conversation.owner, reply)

    assert [call[2] for call in await attempts.journal()] == ["declined"]
    assert await attempts.database(replies.claim, reply.conversation_id) is None


def delete(reply: Message) -> int:
    Caller(reply.conversation.owner).delete(f"/conversations/{reply.conversation_id}")
    type(reply.conversation).objects.update(announce_since=None)
    return purge_deleted(10)


async def test_a_deleted_conversation_takes_its_journal_with_it(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)

    assert await attempts.database(delete, reply) == 3
    assert await attempts.journal() == []
    assert await attempts.database(approvals.expire, 10) == 0
