from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.admin import ConversationAdmin, MessageAdmin, archive
from conversations.admin.archive import BoundedPaginator
from conversations.identity import tokens
from conversations.models import ApiToken, Conversation, DeadRecord, Message, User
from tests.conversations.looking import page, queries_of, say

LISTS = ["conversation", "message", "apitoken", "deadrecord", "user"]


def add_of_each(count: int) -> None:
    for place in range(count):
        owner = User.objects.create_user(f"person-{count}-{place}")
        conversation = Conversation.objects.create(owner=owner, bot="script")
        say(conversation, "Hello")
        tokens.issue(owner)
        DeadRecord.objects.create(
            topic="incoming-messages", partition=count, offset=place, reason="None such"
        )


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(admin: Client, name: str) -> None:
    add_of_each(1)
    page(admin, f"{name}/")
    short = queries_of(lambda: page(admin, f"{name}/"))

    add_of_each(10)

    assert queries_of(lambda: page(admin, f"{name}/")) == short
    assert short <= 8


def test_a_list_is_not_counted_to_its_end(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "COUNTED", 5)
    Conversation.objects.bulk_create(Conversation(owner=alice, bot="script") for _ in range(6))

    assert BoundedPaginator(Conversation.objects.order_by("-pk"), 3).count == 5


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_a_filter_goes_through_the_table_once(admin: Client, conversation: Conversation, status: str) -> None:
    say(conversation, "Hello")

    with CaptureQueriesContext(connection) as queries:
        page(admin, "message/", status=status)

    asked = " ".join(query["sql"] for query in queries)
    by_key = asked.count('"conversations_message"."id" IN (')
    assert asked.count('FROM "conversations_message"') - by_key == 1


def test_a_list_is_read_page_by_page(admin: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConversationAdmin, "list_per_page", 2)
    Conversation.objects.bulk_create(
        Conversation(owner=alice, bot="script", title=f"No. {n}") for n in range(3)
    )

    first = page(admin, "conversation/")
    second = page(admin, "conversation/", p="2")
    whole = page(admin, "conversation/", all="")

    assert ["No. 0" in first, "No. 1" in first, "No. 2" in first] == [False, True, True]
    assert ["No. 0" in second, "No. 1" in second] == [True, False]
    assert ["No. 0" in whole, "No. 2" in whole] == [True, True]


def test_filters_are_not_counted_each(admin: Client, conversation: Conversation) -> None:
    assert "Show counts" not in page(admin, "message/", status="queued")


def sleeping(_self: object, _request: HttpRequest) -> QuerySet[Message]:
    slept = Cast(Func(Value(2), function="pg_sleep"), TextField())
    return Message.objects.annotate(slept=slept).filter(slept="")


def test_a_search_that_takes_too_long_asks_to_be_narrowed(
    admin: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(conversation, "Hello")
    monkeypatch.setattr(archive, "LONGEST", timedelta(milliseconds=50))
    monkeypatch.setattr(MessageAdmin, "get_queryset", sleeping)

    stopped = admin.get("/admin/conversations/message/", {"q": "ello"})

    assert stopped.status_code == 400
    assert "Narrow the search" in stopped.content.decode()


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


def test_a_message_shows_what_its_answer_took(admin: Client, conversation: Conversation) -> None:
    reply = say(conversation, "Hello").reply
    Message.objects.filter(pk=reply.pk).update(usage={"model": "small", "output_tokens": 4711})

    shown = page(admin, f"message/{reply.pk}/change/")

    assert "small" in shown
    assert "4711" in shown
