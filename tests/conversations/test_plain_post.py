"""The one statement does what the steps do: outside a transaction, as each request is."""

from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from conversations.asking.posting import Posted, post_message
from conversations.errors import ClientMessageIdReusedError, NotFoundError
from conversations.lifecycle import start_conversation
from conversations.models import Conversation, Message, User
from conversations.telling.events import message_objects

pytestmark = pytest.mark.django_db(transaction=True)
# What differs from one conversation to another, or from one moment to the next.
OWN = {"id", "conversation_id", "parent_id", "client_message_id", "created_at", "announce_since"}
OWN |= {"_state", "_prefetched_objects_cache"}


@pytest.fixture
def conversation(alice: User) -> Conversation:
    return start_conversation(alice, bot="script")[0]


def say(owner: User, conversation: Conversation, text: str = "Hello") -> Posted:
    return post_message(owner, conversation.pk, text=text, client_message_id=uuid4())


def by_steps(owner: User, conversation: Conversation, text: str = "Hello") -> Posted:
    with transaction.atomic():
        return say(owner, conversation, text)


def columns(row: Message | Conversation) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name not in OWN}


def rows(conversation: Conversation) -> list[dict[str, object]]:
    return [columns(message) for message in conversation.messages.order_by("seq")]


def test_it_is_one_statement(
    alice: User, conversation: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        say(alice, conversation)


def test_it_leaves_the_rows_that_the_steps_leave(alice: User, conversation: Conversation) -> None:
    other = start_conversation(alice, bot="script")[0]

    for text in ("First of all", "Then"):
        say(alice, conversation, text)
        by_steps(alice, other, text)

    changing = {"active_leaf_id", "last_activity_at"}
    conversation.refresh_from_db()
    other.refresh_from_db()
    assert rows(conversation) == rows(other)
    assert columns(conversation).items() ^ columns(other).items() <= {
        (name, getattr(row, name)) for row in (conversation, other) for name in changing
    }


def test_what_it_returns_is_what_the_database_has(alice: User, conversation: Conversation) -> None:
    say(alice, conversation)

    posted = say(alice, conversation, "Again")

    stored = list(Message.objects.filter(pk__in=[posted.message.pk, posted.reply.pk]).order_by("seq"))
    assert message_objects([posted.message, posted.reply], posted.siblings) == message_objects(stored)
    conversation.refresh_from_db()
    assert columns(posted.reply.conversation) == columns(conversation)


def test_each_follows_the_one_before(alice: User, conversation: Conversation) -> None:
    first = say(alice, conversation)

    second = say(alice, conversation)

    assert first.message.parent_id is None
    assert second.message.parent_id == first.reply.pk


def test_the_same_one_again_is_the_same_messages(alice: User, conversation: Conversation) -> None:
    identity = uuid4()
    first = post_message(alice, conversation.pk, text="Hello", client_message_id=identity)

    again = post_message(alice, conversation.pk, text="Hello", client_message_id=identity)

    assert not again.is_new
    assert (again.message.pk, again.reply.pk) == (first.message.pk, first.reply.pk)
    with pytest.raises(ClientMessageIdReusedError):
        post_message(alice, conversation.pk, text="Something else", client_message_id=identity)


def test_nobody_posts_in_somebody_elses_conversation(bob: User, conversation: Conversation) -> None:
    with pytest.raises(NotFoundError):
        say(bob, conversation)

    assert not Message.objects.exists()
