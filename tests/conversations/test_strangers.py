"""What belongs to somebody else is not there: 404, never 403."""

from uuid import uuid4

import pytest

from conversations.models import Conversation, User
from tests.conversations.calling import Caller

CALLS = [
    ("GET", "", None),
    ("PATCH", "", {"title": "Mine"}),
    ("DELETE", "", None),
    ("GET", "/messages", None),
    ("POST", "/messages", {"text": "Hello", "client_message_id": str(uuid4())}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_stranger_finds_nothing(
    as_bob: Caller, conversation: Conversation, method: str, path: str, body: object
) -> None:
    refused = as_bob.send(method, f"/conversations/{conversation.pk}{path}", body)

    assert refused.problem == (404, "not_found")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_stranger_learns_nothing(
    as_bob: Caller, conversation: Conversation, method: str, path: str, body: object
) -> None:
    theirs = as_bob.send(method, f"/conversations/{conversation.pk}{path}", body)
    nobodys = as_bob.send(method, f"/conversations/{uuid4()}{path}", body)

    assert theirs.body == nobodys.body


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_after_deletion_the_owner_finds_nothing_either(
    as_alice: Caller, conversation: Conversation, method: str, path: str, body: object
) -> None:
    as_alice.delete(f"/conversations/{conversation.pk}")

    refused = as_alice.send(method, f"/conversations/{conversation.pk}{path}", body)

    assert refused.problem == (404, "not_found")


def test_a_reply_of_a_stranger_is_no_parent(
    as_alice: Caller, as_bob: Caller, conversation: Conversation, bob: User
) -> None:
    hers = as_alice.say(conversation, "Hello").body["reply"]
    his = Conversation.objects.create(owner=bob, bot="script")

    refused = as_bob.say(his, "Hello", parent_id=hers["id"])

    assert refused.refused == (422, "invalid", ["parent_id"])


@pytest.mark.parametrize("name", ["before", "leaf"])
def test_a_message_of_a_stranger_is_no_place_in_a_history(
    as_alice: Caller, as_bob: Caller, conversation: Conversation, bob: User, name: str
) -> None:
    hers = as_alice.say(conversation, "Hello").body["reply"]
    his = Conversation.objects.create(owner=bob, bot="script")

    refused = as_bob.get(f"/conversations/{his.pk}/messages", **{name: hers["id"]})

    assert refused.problem == (404, "not_found")
