from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from conversations.models import Conversation, Message, User
from conversations.reading.listing import list_conversations
from tests.conversations.calling import Caller
from tests.conversations.plans import MANY, Ran, explain, generic, is_ours, keep, make_many

LARGE = ("conversations_conversation", "conversations_message")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_newest_activity_comes_first(as_alice: Caller, alice: User) -> None:
    older, newer = (Conversation.objects.create(owner=alice, bot="script", title=name) for name in "ab")
    as_alice.say(older, "Hello")

    listed = as_alice.get("/conversations").body

    assert [each["id"] for each in listed["items"]] == [str(older.pk), str(newer.pk)]
    assert listed["next"] is None


def test_nobody_has_said_anything_yet(as_alice: Caller) -> None:
    assert as_alice.get("/conversations").body == {"items": [], "next": None}


@pytest.mark.parametrize("number", [1, 6, 7, 13])
def test_pages_cover_everything_once(alice: User, number: int) -> None:
    make_conversations(alice, number, LONG_AGO)

    listed = all_pages(alice, limit=3)

    assert len(listed) == number
    assert len({conversation.pk for conversation in listed}) == number


def test_pages_cover_everything_once_while_conversations_are_added(alice: User) -> None:
    make_conversations(alice, 10, LONG_AGO)
    there = set(Conversation.objects.values_list("pk", flat=True))

    listed = all_pages(alice, limit=3, between=lambda: make_conversations(alice, 2, datetime.now(UTC)))

    assert [each.pk for each in listed if each.pk in there] == list(
        Conversation.objects.filter(pk__in=there)
        .order_by("-last_activity_at", "-id")
        .values_list("pk", flat=True)
    )


def test_conversations_of_the_same_moment_are_told_apart(alice: User) -> None:
    make_conversations(alice, 10, LONG_AGO, apart=timedelta(0))

    assert len({conversation.pk for conversation in all_pages(alice, limit=3)}) == 10


def test_a_list_costs_one_query_however_long_it_is(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_conversations(alice, 60, LONG_AGO)

    with django_assert_num_queries(1):
        list_conversations(alice, after=None, limit=50)


def test_lists_and_histories_never_scan(
    as_alice: Caller, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(alice)
    conversation = Conversation.objects.filter(owner=alice)[MANY // 2]
    as_alice.say(conversation, "Hello")
    _, second = list_conversations(alice, after=None, limit=200)
    path = f"/conversations/{conversation.pk}/messages"

    ran: Ran = []
    with django_assert_max_num_queries(25), connection.execute_wrapper(keep(ran)):
        as_alice.get("/conversations", limit=200)
        as_alice.get("/conversations", limit=200, after=second or "")
        as_alice.get(path)
        as_alice.say(conversation, "And then?")

    plans = [plan for sql, values in ran if is_ours(sql) for plan in (explain(sql, values), generic(sql))]
    assert len(plans) > 20
    assert [plan for plan in plans for large in LARGE if f"Seq Scan on {large}" in plan] == []
    assert [plan for plan in plans if "Sort" in plan and "conversation_newest" in plan] == []


def make_conversations(
    owner: User, count: int, start: datetime, *, apart: timedelta = timedelta(seconds=1)
) -> None:
    Conversation.objects.bulk_create(
        Conversation(owner=owner, bot="script", last_activity_at=start + apart * number)
        for number in range(count)
    )


def all_pages(owner: User, *, limit: int, between: Any = lambda: None) -> list[Conversation]:
    listed, after = list_conversations(owner, after=None, limit=limit)
    while after is not None:
        between()
        page, after = list_conversations(owner, after=after, limit=limit)
        listed += page
    return listed


def test_the_guard_above_sees_a_scan(alice: User) -> None:
    make_conversations(alice, 1, LONG_AGO)

    assert "Seq Scan" in explain(
        str(Message.objects.filter(text="Hi").only("pk").query).replace("Hi", "'Hi'")
    )
