"""One statement does what the steps do."""

import pytest
from pytest_django import DjangoAssertNumQueries

from conversations import plain_reply, replies
from conversations.events import message_objects
from conversations.lifecycle import start_conversation
from conversations.models import Conversation, Message, User
from conversations.replies import Claim
from tests.conversations.replying import ask, said

pytestmark = pytest.mark.django_db
# What differs from one reply to another, or from one moment to the next.
OWN = {"id", "conversation_id", "parent_id", "_state", "created_at", "announce_since", "finished_at"}
OWN |= {"heartbeat_at"}


def row(claim: Claim) -> dict[str, object]:
    found = vars(Message.objects.get(pk=claim.id))
    return {name: value for name, value in found.items() if name not in OWN}


def taken(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim


@pytest.fixture
def other(alice: User) -> Conversation:
    return start_conversation(alice, bot="script")[0]


def test_a_claim_is_two_statements_and_an_end_is_one(
    conversation: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(conversation)

    with django_assert_num_queries(2):
        claim = taken(plain_reply.claim(conversation.pk))
    with django_assert_num_queries(1):
        plain_reply.finish(claim, said())
    with django_assert_num_queries(1):
        assert plain_reply.claim(conversation.pk) is None


def test_a_claim_leaves_the_row_that_the_steps_leave(conversation: Conversation, other: Conversation) -> None:
    ask(conversation)
    ask(other)

    claim, by_steps = taken(plain_reply.claim(conversation.pk)), taken(replies.claim(other.pk))

    assert row(claim) == row(by_steps)
    assert message_objects([claim.reply]) == message_objects([Message.objects.get(pk=claim.id)])
    assert claim.started.data["message"] == message_objects([claim.reply])[0]
    assert vars(claim.reply.conversation).keys() >= vars(by_steps.reply.conversation).keys() - {"_state"}


def test_an_end_leaves_the_row_that_the_steps_leave(conversation: Conversation, other: Conversation) -> None:
    ask(conversation)
    ask(other)
    claim, by_steps = taken(plain_reply.claim(conversation.pk)), taken(replies.claim(other.pk))

    finished = plain_reply.finish(claim, said("All of it"))
    replies.finish(by_steps, said("All of it"))

    assert finished is not None
    assert row(claim) == row(by_steps)
    assert message_objects([finished]) == message_objects([Message.objects.get(pk=claim.id)])


def test_what_is_being_answered_is_left_alone(conversation: Conversation) -> None:
    first = ask(conversation)
    taken(plain_reply.claim(conversation.pk))
    ask(conversation)

    meanwhile = plain_reply.claim(conversation.pk)

    assert meanwhile is None
    assert Message.objects.get(pk=first.pk).attempt == 1
