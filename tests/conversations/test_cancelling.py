"""Somebody stops an answer, whatever state it is in."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from conversations.answers.replies import claim, finish
from conversations.lifecycle import delete_conversation
from conversations.models import Conversation, Message
from streaming import publishing
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, Publisher
from tests.conversations.calling import Caller
from tests.conversations.replying import ask, claimed, now, said

pytestmark = pytest.mark.django_db

S = Message.Status


class Sent(Publisher):
    """Keeps what goes to the topics other than that of the events."""

    def __init__(self) -> None:
        super().__init__(BrokerOptions({"bootstrap.servers": "127.0.0.1:1"}), patience_ms=1000)
        self.records: list[tuple[str, str, object]] = []

    def publish(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        *,
        headers: list[tuple[str, str | bytes | None]] | None = None,
        on_ack: Callable[[Ack], None] | None = None,
    ) -> None:
        if topic != "bot-responses":
            self.records.append((topic, key.decode(), json.loads(value or b"null")))


@pytest.fixture
def sent() -> Iterator[Sent]:
    publisher = Sent()
    publishing.install(publisher)
    yield publisher
    publishing.install(None)


def mark(reply: Message) -> None:
    Message.objects.filter(pk=reply.pk).update(cancel_requested_at=Now())


def test_a_queued_reply_is_cancelled_at_once(as_alice: Caller, conversation: Conversation) -> None:
    reply = ask(conversation)
    Message.objects.update(announce_since=None)

    answer = as_alice.cancel(reply)

    row = now(reply.pk)
    assert (answer.status, answer.body["reply"]["status"]) == (202, "cancelled")
    assert (row.status, row.rev, row.attempt) == (S.CANCELLED, 2, 0)
    assert None not in (row.finished_at, row.cancel_requested_at, row.announce_since)
    assert claim(conversation.pk) is None


def test_a_reply_that_waits_for_an_approval_is_cancelled_at_once(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    Message.objects.filter(pk=reply.pk).update(status=S.WAITING)

    as_alice.cancel(reply)

    assert now(reply.pk).status == S.CANCELLED


def test_a_reply_that_is_being_said_is_marked_and_readers_will_be_told(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)
    Message.objects.update(announce_since=None)

    answer = as_alice.cancel(reply)

    row = now(reply.pk)
    assert (answer.status, answer.body["reply"]["status"]) == (202, "streaming")
    assert (row.status, row.rev, row.finished_at) == (S.STREAMING, taken.reply.rev + 1, None)
    assert None not in (row.cancel_requested_at, row.announce_since)


@pytest.mark.parametrize("status", [S.COMPLETE, S.FAILED, S.CANCELLED])
def test_a_finished_reply_stays_as_it_is(
    as_alice: Caller, conversation: Conversation, status: Message.Status
) -> None:
    reply = ask(conversation)
    finished = finish(claimed(conversation), said("Hi", status))

    answer = as_alice.cancel(reply)

    assert finished is not None
    assert (answer.status, answer.body["reply"]["status"]) == (202, status)
    assert (now(reply.pk).rev, now(reply.pk).cancel_requested_at) == (finished.reply.rev, None)


@pytest.mark.parametrize("begin", [lambda _: None, claim], ids=["queued", "streaming"])
def test_twice_changes_nothing_more(
    as_alice: Caller, conversation: Conversation, begin: Callable[[UUID], object]
) -> None:
    reply = ask(conversation)
    begin(conversation.pk)
    first = as_alice.cancel(reply)
    marked_at = now(reply.pk).cancel_requested_at

    again = as_alice.cancel(reply)

    assert (again.status, again.body) == (202, first.body)
    assert now(reply.pk).cancel_requested_at == marked_at


def test_what_a_user_said_can_t_be_cancelled(as_alice: Caller, conversation: Conversation) -> None:
    question = ask(conversation).parent
    assert question is not None

    assert as_alice.cancel(question).problem == (409, "not_a_reply")


def test_a_reply_of_somebody_else_is_not_there(
    as_bob: Caller, as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)

    refused = as_bob.cancel(reply)
    nobodys = as_bob.send("POST", f"/messages/{uuid4()}/cancel", b"")
    delete_conversation(conversation.owner, conversation.pk)
    deleted = as_alice.cancel(reply)

    assert refused.problem == deleted.problem == (404, "not_found")
    assert refused.body == nobodys.body
    assert as_bob.send("POST", "/messages/1/cancel", b"").problem == (404, "not_found")


def test_workers_are_told_of_the_mark_and_of_what_has_become_free(
    as_alice: Caller,
    conversation: Conversation,
    sent: Sent,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first, second = ask(conversation, "One"), ask(conversation, "Two")
    claimed(conversation)

    with django_capture_on_commit_callbacks(execute=True):
        as_alice.cancel(first)
        as_alice.cancel(first)
        as_alice.cancel(second)
        as_alice.cancel(second)

    key = str(conversation.pk)
    control = ("bot-control", key, {"cancel": str(first.pk)})
    doorbell = ("incoming-messages", key, {"conversation_id": key, "reply_id": str(second.pk)})
    assert sent.records == [control, control, doorbell]


def test_behind_a_cancelled_one_the_next_is_free(as_alice: Caller, conversation: Conversation) -> None:
    first, second, third = (ask(conversation, text) for text in ("One", "Two", "Three"))

    as_alice.cancel(first)
    as_alice.cancel(second)

    assert claimed(conversation).id == third.pk


def test_three_queued_replies_are_seen_in_their_order_and_each_can_be_cancelled(
    as_alice: Caller, conversation: Conversation
) -> None:
    replies = [ask(conversation, text) for text in ("One", "Two", "Three")]

    as_alice.cancel(replies[1])
    items = as_alice.get(f"/conversations/{conversation.pk}/messages").body["items"]

    assert [item["text"] for item in items if item["role"] == "user"] == ["One", "Two", "Three"]
    assert [item["status"] for item in items[1::2]] == ["queued", "cancelled", "queued"]
    taken = claimed(conversation)
    finish(taken, said())
    assert [taken.id, claimed(conversation).id] == [replies[0].pk, replies[2].pk]
