"""What the database itself refuses, whatever the code above it does."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from conversations.models import Conversation, Message, User

USER, ASSISTANT = Message.Role.USER, Message.Role.ASSISTANT


def test_the_same_client_message_id_twice_in_a_conversation(conversation: Conversation) -> None:
    twice = uuid4()
    conversation.messages.create(seq=1, role=USER, status="complete", client_message_id=twice)

    with pytest.raises(IntegrityError, match="message_client_id"):
        conversation.messages.create(seq=2, role=USER, status="complete", client_message_id=twice)


def test_the_same_seq_twice_in_a_conversation(conversation: Conversation) -> None:
    conversation.messages.create(seq=1, role=USER, status="complete")

    with pytest.raises(IntegrityError, match="message_seq"):
        conversation.messages.create(seq=1, role=USER, status="complete")


def test_two_streaming_replies_in_a_conversation(conversation: Conversation) -> None:
    conversation.messages.create(seq=1, role=ASSISTANT, status="streaming")

    with pytest.raises(IntegrityError, match="message_one_streaming"):
        conversation.messages.create(seq=2, role=ASSISTANT, status="streaming")


def test_a_status_that_is_not_one(conversation: Conversation) -> None:
    with pytest.raises(IntegrityError, match="message_status"):
        conversation.messages.create(seq=1, role=ASSISTANT, status="thinking")


def test_a_user_message_that_is_still_to_be_answered(conversation: Conversation) -> None:
    with pytest.raises(IntegrityError, match="message_role"):
        conversation.messages.create(seq=1, role=USER, status="queued")


def test_the_same_client_id_twice_for_one_owner(alice: User) -> None:
    twice = uuid4()
    Conversation.objects.create(owner=alice, bot="script", client_id=twice)

    with pytest.raises(IntegrityError, match="conversation_client_id"):
        Conversation.objects.create(owner=alice, bot="script", client_id=twice)


def test_two_people_may_have_the_same_client_id(alice: User, bob: User) -> None:
    shared = uuid4()

    Conversation.objects.create(owner=alice, bot="script", client_id=shared)
    Conversation.objects.create(owner=bob, bot="script", client_id=shared)

    assert Conversation.objects.filter(client_id=shared).count() == 2
