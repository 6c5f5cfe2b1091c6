from uuid import uuid4

import pytest
from django.test import Client

from conversations.admin import transcript as transcripts
from conversations.models import Conversation, Message, User
from tests.conversations.looking import page, queries_of, say, talk


def transcript(client: Client, conversation: Conversation, **query: str) -> str:
    return page(client, f"conversation/{conversation.pk}/transcript/", **query)


def test_a_transcript_shows_what_was_said(admin: Client, conversation: Conversation) -> None:
    reply = say(conversation, "<script>alert(1)</script>").reply
    Message.objects.filter(pk=reply.pk).update(
        status="failed", html="<p><b>Hi</b></p>", text="**Hi**", error="It broke."
    )

    shown = transcript(admin, conversation)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<p><b>Hi</b></p>" in shown
    assert "It broke." in shown


def test_a_transcript_of_an_answer_in_flight_shows_its_text_so_far(
    admin: Client, conversation: Conversation
) -> None:
    reply = say(conversation, "Hello").reply
    Message.objects.filter(pk=reply.pk).update(status="streaming", html="<p>Hi</p>", text="Hi\n\n**the")

    assert "<p>**the</p>" in transcript(admin, conversation)


def test_a_transcript_leads_to_other_branches(admin: Client, conversation: Conversation) -> None:
    Conversation.objects.update(title="Plans")
    first = say(conversation, "One way")
    say(conversation, "The other way", parent_id=None)

    active = transcript(admin, conversation)
    other = transcript(admin, conversation, leaf=str(first.reply.pk))

    assert f"?leaf={first.reply.pk}" in active
    assert "One way" not in active
    assert "One way" in other


def test_other_branches_are_looked_for_among_the_newest_messages(
    admin: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = say(conversation, "One way")
    second = say(conversation, "Another way", parent_id=None)
    say(conversation, "The last way", parent_id=None)

    all_searched = transcript(admin, conversation)
    monkeypatch.setattr(transcripts, "SEARCHED", 4)
    newest_searched = transcript(admin, conversation)

    assert f"?leaf={first.reply.pk}" in all_searched
    assert "looked for only among" not in all_searched
    assert f"?leaf={second.reply.pk}" in newest_searched
    assert f"?leaf={first.reply.pk}" not in newest_searched
    assert "looked for only among its newest 4 messages" in newest_searched


def test_a_long_transcript_comes_in_pages_of_the_same_cost(admin: Client, conversation: Conversation) -> None:
    say(conversation, "No. 0")
    transcript(admin, conversation)
    short = queries_of(lambda: transcript(admin, conversation))
    talk(conversation, 101)

    newest = transcript(admin, conversation)
    earlier = newest.partition("before=")[2].partition('"')[0]

    assert newest.count("<article") == 200
    assert transcript(admin, conversation, before=earlier).count("<article") == 4
    assert queries_of(lambda: transcript(admin, conversation)) == short


@pytest.mark.parametrize("query", [{"leaf": "7"}, {"leaf": str(uuid4())}, {"before": str(uuid4())}])
def test_a_branch_that_is_not_there(admin: Client, conversation: Conversation, query: dict[str, str]) -> None:
    where = f"/admin/conversations/conversation/{conversation.pk}/transcript/"

    assert admin.get(where, query).status_code == 404


def test_a_transcript_is_for_those_who_may_look(conversation: Conversation, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=alice.pk))

    where = f"/admin/conversations/conversation/{conversation.pk}/transcript/"

    assert client.get(where).status_code == 403
