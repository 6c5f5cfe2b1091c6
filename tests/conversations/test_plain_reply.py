"""The usual claim and end of a reply are a statement each, and leave nothing out."""

import pytest
from pytest_django import DjangoAssertNumQueries

from conversations.answers import replies
from conversations.answers.replies import Claim
from conversations.models import Conversation, Message
from conversations.telling.events import message_objects
from tests.conversations.replying import ask, said

pytestmark = pytest.mark.django_db


def columns(row: Message | Conversation) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def taken(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim


def test_a_claim_is_two_statements_and_an_end_is_one(
    conversation: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(conversation)

    with django_assert_num_queries(2):
        claim = taken(replies.claim(conversation.pk))
    with django_assert_num_queries(1):
        replies.finish(claim, said())
    with django_assert_num_queries(1):
        assert replies.claim(conversation.pk) is None


def test_a_claim_knows_its_reply_and_conversation_as_the_database_has_them(
    conversation: Conversation,
) -> None:
    ask(conversation)

    claim = taken(replies.claim(conversation.pk))

    stored = Message.objects.select_related("conversation").get(pk=claim.id)
    assert columns(claim.reply) == columns(stored)
    assert columns(claim.reply.conversation) == columns(stored.conversation)
    assert claim.started.data["message"] == message_objects([stored])[0]


def test_an_end_is_told_as_the_database_has_it(conversation: Conversation) -> None:
    ask(conversation)

    finished = replies.finish(taken(replies.claim(conversation.pk)), said("All of it"))

    assert finished is not None
    told = Message.objects.get(pk=finished.reply.pk)
    assert message_objects([finished.reply]) == message_objects([told])


@pytest.mark.parametrize("usage", [None, {"model": "small", "input_tokens": 12}])
def test_an_end_keeps_what_the_answer_took(
    conversation: Conversation, usage: dict[str, object] | None
) -> None:
    reply = ask(conversation)

    replies.finish(taken(replies.claim(conversation.pk)), said(usage=usage))

    assert Message.objects.get(pk=reply.pk).usage == usage


def test_an_end_tells_whether_there_is_more_to_answer(conversation: Conversation) -> None:
    ask(conversation)
    ask(conversation)

    ended = [replies.finish(taken(replies.claim(conversation.pk)), said()) for _ in range(2)]

    assert [each.is_more for each in ended if each is not None] == [True, False]


def test_what_is_being_answered_is_left_alone(conversation: Conversation) -> None:
    first = ask(conversation)
    taken(replies.claim(conversation.pk))
    ask(conversation)

    meanwhile = replies.claim(conversation.pk)

    assert meanwhile is None
    assert Message.objects.get(pk=first.pk).attempt == 1
