from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import tokens
from conversations.admin.archive import COUNTED, BoundedPaginator
from conversations.models import ApiToken, Conversation, DeadRecord, Message, User
from conversations.posting import Posted, post_message

LISTS = ["conversation", "message", "apitoken", "deadrecord", "user"]


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("charlie"))
    return client


def say(conversation: Conversation, text: str, **more: None) -> Posted:
    identity = uuid4()
    return post_message(conversation.owner, conversation.pk, text=text, client_message_id=identity, **more)


def page(client: Client, path: str, **query: str) -> str:
    response = client.get(f"/admin/conversations/{path}", query)
    assert response.status_code == 200
    return response.content.decode()


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def add_of_each(count: int) -> None:
    for place in range(count):
        owner = User.objects.create_user(f"person-{count}-{place}")
        conversation = Conversation.objects.create(owner=owner, bot="script")
        say(conversation, "Hello")
        tokens.issue(owner)
        DeadRecord.objects.create(
            topic="incoming-messages", partition=count, offset=place, reason="None such"
        )


def talk(conversation: Conversation, rounds: int) -> None:
    for number in range(rounds):
        say(conversation, f"No. {number}")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(admin: Client, name: str) -> None:
    add_of_each(1)
    page(admin, f"{name}/")
    short = queries_of(lambda: page(admin, f"{name}/"))

    add_of_each(10)

    assert queries_of(lambda: page(admin, f"{name}/")) == short
    assert short <= 6


def test_a_list_is_not_counted_to_its_end(alice: User) -> None:
    Conversation.objects.bulk_create(Conversation(owner=alice, bot="script") for _ in range(COUNTED + 1))

    assert BoundedPaginator(Conversation.objects.order_by("-pk"), 100).count == COUNTED


@pytest.mark.parametrize("name", ["conversation", "message", "deadrecord"])
def test_nothing_is_added_changed_or_removed_by_hand(
    admin: Client, conversation: Conversation, name: str
) -> None:
    add_of_each(1)
    keys = {
        "conversation": Conversation.objects,
        "message": Message.objects,
        "deadrecord": DeadRecord.objects,
    }
    key = keys[name].values_list("pk", flat=True).last()

    shown = page(admin, f"{name}/{key}/change/")

    assert 'name="_save"' not in shown
    assert admin.get(f"/admin/conversations/{name}/add/").status_code == 403
    assert admin.post(f"/admin/conversations/{name}/{key}/change/", {}).status_code == 403
    assert admin.post(f"/admin/conversations/{name}/{key}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"q": "Plans"},
        {"q": "alice"},
        {"bot": "script"},
        {"reply": "queued"},
        {"deleted": "no"},
        {"created_at__gte": "2020-01-01 00:00:00+00:00"},
    ],
)
def test_conversations_are_found_and_filtered(
    admin: Client, conversation: Conversation, query: dict[str, str]
) -> None:
    Conversation.objects.update(title="Plans")
    say(conversation, "Hello")

    assert f"{conversation.pk}/transcript/" in page(admin, "conversation/", **query)


@pytest.mark.parametrize(
    "query", [{"q": "Elsewhere"}, {"bot": "knowledge"}, {"reply": "failed"}, {"deleted": "yes"}]
)
def test_conversations_that_are_not_meant_are_left_out(
    admin: Client, conversation: Conversation, query: dict[str, str]
) -> None:
    say(conversation, "Hello")

    assert f"{conversation.pk}/transcript/" not in page(admin, "conversation/", **query)


def test_anything_is_found_by_its_id(admin: Client, conversation: Conversation) -> None:
    posted = say(conversation, "Hello")

    assert str(conversation.pk) in page(admin, "conversation/", q=str(conversation.pk))
    assert str(posted.reply.pk) in page(admin, "message/", q=f" {posted.reply.pk} ")
    assert str(posted.message.pk) not in page(admin, "message/", q=str(posted.reply.pk))


@pytest.mark.parametrize(
    "query", [{"q": "ello"}, {"status": "complete"}, {"role": "user"}, {"bot": "script"}]
)
def test_messages_are_found_and_filtered(
    admin: Client, conversation: Conversation, query: dict[str, str]
) -> None:
    say(conversation, "Hello")

    assert f"{conversation.pk}/transcript/" in page(admin, "message/", **query)


def test_a_list_of_messages_does_not_bring_their_texts(admin: Client, conversation: Conversation) -> None:
    say(conversation, "word " * 6_000)

    assert page(admin, "message/").count("word") < 50


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


def test_conversations_are_deleted_as_their_owners_would(admin: Client, conversation: Conversation) -> None:
    reply = say(conversation, "Hello").reply
    chosen = {"action": "delete_for_owners", "_selected_action": [str(conversation.pk)]}

    admin.post("/admin/conversations/conversation/", chosen)

    reply.refresh_from_db()
    conversation.refresh_from_db()
    assert conversation.deleted_at is not None
    assert reply.status == "cancelled"


def test_an_issued_token_is_shown_once_and_works(admin: Client, alice: User) -> None:
    issued = admin.post("/admin/conversations/apitoken/add/", {"username": "alice", "name": "phone"})

    secret = issued.content.decode().partition('<code id="secret">')[2].partition("<")[0]
    token = tokens.find(secret)
    assert token is not None
    assert (token.user, token.name) == (alice, "phone")
    assert "no-store" in issued.headers["Cache-Control"]
    for_later = page(admin, "apitoken/") + page(admin, f"apitoken/{token.pk}/change/")
    assert secret not in for_later
    assert token.digest not in for_later


def test_a_token_of_nobody_is_not_issued(admin: Client) -> None:
    refused = admin.post("/admin/conversations/apitoken/add/", {"username": "bob"})

    assert "There is no active user of this name." in refused.content.decode()
    assert ApiToken.objects.count() == 0


def test_tokens_are_revoked(admin: Client, alice: User) -> None:
    secret = tokens.issue(alice)
    chosen = {"action": "revoke", "_selected_action": [str(ApiToken.objects.get().pk)]}

    admin.post("/admin/conversations/apitoken/", chosen)

    assert tokens.find(secret) is None
    assert User.objects.get(username="alice").session_generation == 1


def test_a_dead_record_is_shown_whatever_it_holds(admin: Client) -> None:
    record = DeadRecord.objects.create(
        topic="incoming-messages",
        partition=3,
        offset=7,
        key=None,
        value=b"<b>\xff\x00" + b"x" * 30_000,
        reason="?",
    )

    shown = page(admin, f"deadrecord/{record.pk}/change/")

    assert "&lt;b&gt;\\xff" in shown
    assert "(30,005 bytes)" in shown


def test_deactivating_somebody_ends_their_streams(admin: Client, alice: User) -> None:
    joined = {"username": "alice", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

    admin.post(f"/admin/conversations/user/{alice.pk}/change/", joined)

    alice.refresh_from_db()
    assert not alice.is_active
    assert alice.session_generation == 1
