"""What is written down of calls, and what it costs where there are none."""

import pytest
from django.contrib.auth.models import Group
from pytest_django import DjangoAssertNumQueries

from conversations import journal
from conversations.models import Message
from tests.conversations.replying import claimed
from tests.tools.scene import Attempts

pytestmark = pytest.mark.anyio


def notes() -> list[str]:
    return list(Group.objects.values_list("name", flat=True))


async def test_what_postgresql_can_t_hold_is_replaced(attempts: Attempts) -> None:
    stage = await attempts.next()

    await stage.toolbox.call("note", {"text": "a\0b"})

    assert await attempts.database(notes) == ["a\N{REPLACEMENT CHARACTER}b by alice"]


def test_a_reply_without_calls_costs_no_query_for_them(
    reply: Message, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claim = claimed(reply.conversation)

    with django_assert_num_queries(0):
        assert journal.kept(claim) == []
