"""What attackers would try with a tool's question: to answer it for somebody, or to hide what it asks."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from chatbot.bots.protocol import ToolWaitsError
from conversations.answers import approvals
from conversations.models import Message, User
from tests.conversations.calling import Caller
from tests.conversations.replying import now
from tests.tools.scene import Attempts

pytestmark = pytest.mark.anyio


async def asked(attempts: Attempts, text: str = "milk") -> None:
    stage = await attempts.next()
    with pytest.raises(ToolWaitsError):
        await stage.toolbox.call("careful_note", {"text": text})


def approve(reply: Message, call: int) -> tuple[int, str]:
    path = f"/messages/{reply.pk}/tools/{call}"
    return Caller(reply.conversation.owner).post(path, decision="approve").problem


def forge(user: User, reply: Message) -> list[int]:
    """By a page of somebody else's that the user has open, in the browser and by the API."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    over_api = Caller(client=browser).post(f"/messages/{reply.pk}/tools/1", decision="approve")
    by_form = browser.post(f"/c/{reply.conversation_id}/{reply.pk}/tools/1/approve")
    return [over_api.status, by_form.status_code]


async def test_nobody_s_approval_is_forged(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)

    assert await attempts.database(forge, reply.conversation.owner, reply) == [403, 403]
    assert [call[2] for call in await attempts.journal()] == ["waiting"]


def decide_as_nobody(reply: Message) -> tuple[int, str]:
    """By the API and by the form, after signing out."""
    form = Client().post(f"/c/{reply.conversation_id}/{reply.pk}/tools/1/approve")
    return Caller().post(f"/messages/{reply.pk}/tools/1", decision="approve").status, form.headers["Location"]


async def test_who_has_signed_out_decides_nothing(attempts: Attempts, reply: Message) -> None:
    await asked(attempts)

    status, where = await attempts.database(decide_as_nobody, reply)

    assert status == 401
    assert where.startswith("/accounts/login")
    assert [call[2] for call in await attempts.journal()] == ["waiting"]


async def test_an_account_that_is_deleted_takes_its_questions_with_it(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)

    await attempts.database(reply.conversation.owner.delete)

    assert await attempts.journal() == []
    assert await attempts.database(approvals.expire, 10) == 0


async def test_what_waits_is_never_run_however_its_reply_came_to_be_free(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts)
    await attempts.database(Message.objects.filter(pk=reply.pk).update, status="queued")

    await attempts.next()

    assert [call[2:] for call in await attempts.journal()] == [("failed", None)]
    assert await attempts.database(Group.objects.count) == 0


@pytest.mark.parametrize("call", [0, 2, -1, 2**15, 10**30])
async def test_there_is_nothing_to_decide_about_other_calls(
    attempts: Attempts, reply: Message, call: int
) -> None:
    await asked(attempts)

    assert await attempts.database(approve, reply, call) == (
        404,
        "not_found",
    )


def pages_about(reply: Message) -> list[str]:
    """The conversation's page, and the admin's of the reply."""
    browser, staff = Client(), Client()
    browser.force_login(reply.conversation.owner)
    staff.force_login(User.objects.create_superuser("charlie"))
    paths = f"/c/{reply.conversation_id}/", f"/admin/conversations/message/{reply.pk}/change/"
    return [each.get(path).content.decode() for each, path in zip((browser, staff), paths, strict=True)]


async def test_what_it_is_called_with_is_only_text_in_the_pages(attempts: Attempts, reply: Message) -> None:
    await asked(attempts, "<img src=x onerror=alert(1)>")

    for_people, for_staff = await attempts.database(pages_about, reply)

    assert "<img" not in for_people + for_staff
    assert "Note &lt;img src=x onerror=alert(1)&gt;?" in for_people
    assert "Note &lt;img src=x onerror=alert(1)&gt;?" in for_staff


async def test_nothing_in_a_question_hides_or_turns_around_the_rest_of_it(
    attempts: Attempts, reply: Message
) -> None:
    await asked(attempts, "a\u202eb\u200b\U000e0041c\x1b \N{ARABIC LETTER NOON}\u200c\N{ARABIC LETTER KHAH}")

    row = await attempts.database(now, reply.pk)

    assert [call["question"] for call in row.tools or []] == [
        "Note a\ufffdb\ufffd\ufffdc\ufffd \N{ARABIC LETTER NOON}\u200c\N{ARABIC LETTER KHAH}?"
    ]
