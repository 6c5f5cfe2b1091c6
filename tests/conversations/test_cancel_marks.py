"""What becomes of an answer that was called off while a worker had it."""

import pytest

from conversations.answers.heartbeats import Pulse, beat
from conversations.answers.replies import begun, claim, finish, hand_over
from conversations.models import Conversation, Message
from tests.conversations.calling import Caller
from tests.conversations.replying import ask, claimed, fall_silent, now, said, snapshot

pytestmark = pytest.mark.django_db

S = Message.Status


def test_a_heartbeat_s_answer_names_the_marked_one(as_alice: Caller, conversation: Conversation) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)

    as_alice.cancel(reply)

    assert beat([snapshot(taken)]) == {taken.id: Pulse(taken.id, is_cancelled=True)}


def test_a_finish_that_meets_the_mark_keeps_what_was_said_and_no_error(
    as_alice: Caller, conversation: Conversation
) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)
    as_alice.cancel(reply)

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
    as_alice.cancel(reply)
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
    as_alice.cancel(reply)

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

    shown = as_alice.cancel(reply).body["reply"]

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
