"""Somebody stops an answer, whatever state it is in."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from conversations.heartbeats import Pulse, beat
from conversations.lifecycle import delete_conversation
from conversations.models import Conversation, Message
from conversations.replies import begun, claim, finish, hand_over
from streaming import publishing
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, Publisher
from tests.conversations.calling import Answer, Caller
from tests.conversations.replying import ask, claimed, fall_silent, now, said, snapshot

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


def cancel(caller: Caller, reply: Message) -> Answer:
    return caller.send("POST", f"/messages/{reply.pk}/cancel", b"")


def mark(reply: Message) -> None:
    Message.objects.filter(pk=reply.pk).update(cancel_requested_at=Now())


def test_a_queued_reply_is_cancelled_at_once(as_alice: Caller, conversation: Conversation) -> None:
    reply = ask(conversation)
    Message.objects.update(announce_since=None)

    answer = cancel(as_alice, reply)

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

    cancel(as_alice, reply)

    assert now(reply.pk).status == S.CANCELLED


def test_a_reply_that_is_being_said_is_marked_and_readers_will_be_told(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)
    Message.objects.update(announce_since=None)

    answer = cancel(as_alice, reply)

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

    answer = cancel(as_alice, reply)

    assert finished is not None
    assert (answer.status, answer.body["reply"]["status"]) == (202, status)
    assert (now(reply.pk).rev, now(reply.pk).cancel_requested_at) == (finished.reply.rev, None)


@pytest.mark.parametrize("begin", [lambda _: None, claim], ids=["queued", "streaming"])
def test_twice_changes_nothing_more(
    as_alice: Caller, conversation: Conversation, begin: Callable[[UUID], object]
) -> None:
    reply = ask(conversation)
    begin(conversation.pk)
    first = cancel(as_alice, reply)
    marked_at = now(reply.pk).cancel_requested_at

    again = cancel(as_alice, reply)

    assert (again.status, again.body) == (202, first.body)
    assert now(reply.pk).cancel_requested_at == marked_at


def test_what_a_user_said_can_t_be_cancelled(as_alice: Caller, conversation: Conversation) -> None:
    question = ask(conversation).parent
    assert question is not None

    assert cancel(as_alice, question).problem == (409, "not_a_reply")


def test_a_reply_of_somebody_else_is_not_there(
    as_bob: Caller, as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)

    refused = cancel(as_bob, reply)
    nobodys = as_bob.send("POST", f"/messages/{uuid4()}/cancel", b"")
    delete_conversation(conversation.owner, conversation.pk)
    deleted = cancel(as_alice, reply)

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
        cancel(as_alice, first)
        cancel(as_alice, first)
        cancel(as_alice, second)
        cancel(as_alice, second)

    key = str(conversation.pk)
    control = ("bot-control", key, {"cancel": str(first.pk)})
    doorbell = ("incoming-messages", key, {"conversation_id": key, "reply_id": str(second.pk)})
    assert sent.records == [control, control, doorbell]


def test_behind_a_cancelled_one_the_next_is_free(as_alice: Caller, conversation: Conversation) -> None:
    first, second, third = (ask(conversation, text) for text in ("One", "Two", "Three"))

    cancel(as_alice, first)
    cancel(as_alice, second)

    assert claimed(conversation).id == third.pk


def test_a_heartbeat_s_answer_names_the_marked_one(as_alice: Caller, conversation: Conversation) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)

    cancel(as_alice, reply)

    assert beat([snapshot(taken)]) == {taken.id: Pulse(taken.id, is_cancelled=True)}


def test_a_finish_that_meets_the_mark_keeps_what_was_said_and_no_error(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)
    cancel(as_alice, reply)

    finished = finish(taken, said("All of it", S.FAILED))

    assert finished is not None
    ended = finished.reply
    assert (ended.status, ended.text, ended.error) == (S.CANCELLED, "All of it", "")


def test_a_marked_answer_whose_worker_died_ends_with_its_last_heartbeat_and_is_never_run(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply, behind = ask(conversation, "One"), ask(conversation, "Two")
    taken = claimed(conversation)
    begun(taken, "e-0-5")
    beat([snapshot(taken, "Half of <it>")])
    cancel(as_alice, reply)
    fall_silent(taken)

    following = claimed(conversation)

    row = now(reply.pk)
    assert following.id == behind.pk
    assert (row.status, row.tries, row.text) == (S.CANCELLED, 1, "Half of <it>")
    assert (row.html, row.open) == ("<p>Half of &lt;it&gt;</p>", 0)
    assert finish(taken, said("Stale")) is None


def test_a_hand_over_that_meets_the_mark_ends_it_with_its_last_heartbeat(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply, behind = ask(conversation, "One"), ask(conversation, "Two")
    taken = claimed(conversation)
    beat([snapshot(taken, "Half")])
    cancel(as_alice, reply)

    hand_over(taken)

    row = now(reply.pk)
    assert (row.status, row.text, row.html, row.open) == (S.CANCELLED, "Half", "<p>Half</p>", 0)
    assert row.finished_at is not None
    assert claimed(conversation).id == behind.pk


def test_what_was_handed_over_and_then_cancelled_shows_what_was_said(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)
    beat([snapshot(taken, "Half")])
    hand_over(taken)

    shown = cancel(as_alice, reply).body["reply"]

    assert (shown["status"], shown["text"], shown["html"]) == ("cancelled", "Half", "<p>Half</p>")


def test_a_reply_that_failed_after_its_tries_shows_what_was_said_last(conversation: Conversation) -> None:
    reply = ask(conversation)
    fall_silent(claimed(conversation))
    fall_silent(claimed(conversation))
    last = claimed(conversation)
    beat([snapshot(last, "Half")])
    fall_silent(last)

    claim(conversation.pk)

    row = now(reply.pk)
    assert (row.status, row.text, row.html) == (S.FAILED, "Half", "<p>Half</p>")


def test_three_queued_replies_are_seen_in_their_order_and_each_can_be_cancelled(
    as_alice: Caller, conversation: Conversation
) -> None:
    replies = [ask(conversation, text) for text in ("One", "Two", "Three")]

    cancel(as_alice, replies[1])
    items = as_alice.get(f"/conversations/{conversation.pk}/messages").body["items"]

    assert [item["text"] for item in items if item["role"] == "user"] == ["One", "Two", "Three"]
    assert [item["status"] for item in items[1::2]] == ["queued", "cancelled", "queued"]
    taken = claimed(conversation)
    finish(taken, said())
    assert [taken.id, claimed(conversation).id] == [replies[0].pk, replies[2].pk]
