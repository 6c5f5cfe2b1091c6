from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from conversations.answers.replies import GAVE_UP, begun, claim, finish, hand_over, stranded
from conversations.lifecycle import delete_conversation
from conversations.models import Conversation, Message
from tests.conversations.replying import ask, claimed, fall_silent, now, said

pytestmark = pytest.mark.django_db

S = Message.Status


def test_a_claim_takes_the_queued_reply_and_raises_its_fence(conversation: Conversation) -> None:
    reply = ask(conversation)

    taken = claimed(conversation)

    row = now(reply.pk)
    assert taken.id == reply.pk
    assert (row.status, row.attempt, row.tries, row.rev) == (S.STREAMING, 1, 1, 2)
    assert row.announce_since is not None


def test_a_claim_knows_the_branch_that_led_to_it(conversation: Conversation) -> None:
    ask(conversation, "One")
    finish(claimed(conversation), said("First"))
    ask(conversation, "Two")

    taken = claimed(conversation)

    assert [message.text for message in taken.history] == ["One", "First", "Two"]


def test_what_is_being_answered_is_claimed_by_nobody_else(conversation: Conversation) -> None:
    ask(conversation)
    claimed(conversation)

    assert claim(conversation.pk) is None


def test_a_second_answer_waits_for_the_first(conversation: Conversation) -> None:
    first, second = ask(conversation, "One"), ask(conversation, "Two")
    taken = claimed(conversation)

    meanwhile = claim(conversation.pk)
    finish(taken, said())

    assert taken.id == first.pk
    assert meanwhile is None
    assert claimed(conversation).id == second.pk


def test_a_reply_that_waits_for_an_approval_holds_back_those_behind_it(conversation: Conversation) -> None:
    first = ask(conversation, "One")
    ask(conversation, "Two")
    Message.objects.filter(pk=first.pk).update(status=S.WAITING)

    assert claim(conversation.pk) is None


def test_after_its_lease_an_answer_is_begun_again_from_nothing(conversation: Conversation) -> None:
    ask(conversation)
    lost = claimed(conversation)
    begun(lost, "e-0-5")
    Message.objects.filter(pk=lost.id).update(text="Half", html="<p>Half", open=3, next_index=7)
    fall_silent(lost)

    again = claimed(conversation)

    row = now(again.id)
    assert (again.id, again.attempt, row.tries) == (lost.id, 2, 2)
    assert (row.text, row.html, row.open, row.next_index) == ("", "", 0, 0)
    assert (row.started_position, row.snapshot_position) == (None, None)


def test_who_was_overtaken_can_finish_nothing(conversation: Conversation) -> None:
    ask(conversation)
    lost = claimed(conversation)
    fall_silent(lost)
    again = claimed(conversation)

    assert finish(lost, said("Stale")) is None
    assert not begun(lost, "e-0-5")
    assert not hand_over(lost)
    assert now(again.id).status == S.STREAMING


def test_after_three_tries_it_fails_with_a_reason_and_the_next_one_is_free(
    conversation: Conversation,
) -> None:
    first, second = ask(conversation, "One"), ask(conversation, "Two")
    fall_silent(claimed(conversation))
    fall_silent(claimed(conversation))
    fall_silent(claimed(conversation))

    taken = claimed(conversation)

    row = now(first.pk)
    assert taken.id == second.pk
    assert (row.status, row.error) == (S.FAILED, GAVE_UP)
    assert row.announce_since is not None


def test_a_marked_reply_is_cancelled_and_never_run(conversation: Conversation) -> None:
    reply = ask(conversation)
    Message.objects.filter(pk=reply.pk).update(cancel_requested_at=Now())

    assert claim(conversation.pk) is None
    assert now(reply.pk).status == S.CANCELLED


def test_a_finish_that_meets_the_mark_is_a_cancellation_with_what_was_said(
    conversation: Conversation,
) -> None:
    ask(conversation)
    taken = claimed(conversation)
    Message.objects.filter(pk=taken.id).update(cancel_requested_at=Now())

    finished = finish(taken, said("All of it"))

    assert finished is not None
    assert (finished.reply.status, finished.reply.text) == (S.CANCELLED, "All of it")


def test_a_finished_answer_is_finished_once(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    finish(taken, said("First"))

    assert finish(taken, said("Second")) is None
    assert now(taken.id).text == "First"


def test_a_hand_over_gives_the_try_back_but_not_the_fence(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)

    given = hand_over(taken)

    row = now(taken.id)
    assert given
    assert (row.status, row.tries, row.attempt) == (S.QUEUED, 0, 1)
    assert claimed(conversation).attempt == 2


def test_a_hand_over_that_meets_the_mark_is_a_cancellation(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    Message.objects.filter(pk=taken.id).update(cancel_requested_at=Now())

    hand_over(taken)

    assert now(taken.id).status == S.CANCELLED


def test_where_an_answer_begins_is_kept_as_its_first_snapshot(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)

    kept = begun(taken, "e-0-5")

    row = now(taken.id)
    assert kept
    assert (row.started_position, row.snapshot_position, row.rev) == ("e-0-5", "e-0-5", 2)


def test_deleting_the_conversation_takes_the_answer_from_who_writes_it(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)

    delete_conversation(conversation.owner, conversation.pk)

    assert finish(taken, said()) is None
    assert claim(conversation.pk) is None
    assert now(taken.id).status == S.CANCELLED


def test_nothing_is_stranded_at_once(conversation: Conversation) -> None:
    ask(conversation)

    assert stranded(10) == []


def test_a_reply_queued_for_two_seconds_is_stranded(conversation: Conversation) -> None:
    reply = ask(conversation)
    Message.objects.filter(pk=reply.pk).update(created_at=Now() - timedelta(seconds=3))

    assert stranded(10) == [conversation.pk]


def test_a_reply_behind_one_that_is_being_answered_is_not_stranded(conversation: Conversation) -> None:
    ask(conversation, "One")
    second = ask(conversation, "Two")
    claimed(conversation)
    Message.objects.filter(pk=second.pk).update(created_at=Now() - timedelta(seconds=60))

    assert stranded(10) == []


def test_an_answer_without_a_heartbeat_is_stranded_after_its_lease(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)

    before = stranded(10)
    fall_silent(taken)

    assert (before, stranded(10)) == ([], [conversation.pk])


def test_a_conversation_that_never_was_has_nothing_to_claim() -> None:
    assert claim(uuid4()) is None
