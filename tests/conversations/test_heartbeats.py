import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from conversations.answers.heartbeats import Pulse, beat
from conversations.answers.replies import begun, finish
from conversations.asking.cancelling import cancel_reply
from conversations.models import Conversation, Message
from tests.conversations.replying import ask, claimed, fall_silent, now, said, snapshot


@pytest.mark.django_db
def test_a_beat_renews_the_lease_and_keeps_what_was_said(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    begun(taken, "e-0-5")
    fall_silent(taken)
    silent = now(taken.id)

    pulses = beat([snapshot(taken, "Half of", position="e-0-9")])

    row = now(taken.id)
    assert pulses == {taken.id: Pulse(taken.id, is_cancelled=False)}
    assert (row.text, row.open, row.next_index, row.snapshot_position) == ("Half of", 7, 1, "e-0-9")
    assert row.heartbeat_at is not None
    assert silent.heartbeat_at is not None
    assert row.heartbeat_at > silent.heartbeat_at


@pytest.mark.django_db
def test_a_beat_is_no_news_to_readers(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    Message.objects.update(announce_since=None)

    beat([snapshot(taken)])

    assert (now(taken.id).rev, now(taken.id).announce_since) == (2, None)


@pytest.mark.django_db
def test_a_snapshot_has_no_position_before_its_start_has_one(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)

    beat([snapshot(taken, position="e-0-9")])

    assert now(taken.id).snapshot_position is None


@pytest.mark.django_db
def test_a_snapshot_without_a_position_keeps_the_last_one(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    begun(taken, "e-0-5")

    beat([snapshot(taken, position=None)])

    assert now(taken.id).snapshot_position == "e-0-5"


@pytest.mark.django_db
def test_an_attempt_that_was_overtaken_or_ended_has_no_pulse(conversation: Conversation) -> None:
    ask(conversation)
    overtaken = claimed(conversation)
    fall_silent(overtaken)
    ended = claimed(conversation)
    finish(ended, said("The end"))

    pulses = beat([snapshot(overtaken, "Stale"), snapshot(ended, "Stale")])

    assert pulses == {}
    assert now(ended.id).text == "The end"


@pytest.mark.django_db
def test_the_mark_to_cancel_comes_with_the_pulse(conversation: Conversation) -> None:
    ask(conversation)
    taken = claimed(conversation)
    Message.objects.filter(pk=taken.id).update(cancel_requested_at=Now())

    assert beat([snapshot(taken)])[taken.id].is_cancelled


@pytest.mark.django_db
def test_no_answers_no_pulses() -> None:
    assert beat([]) == {}


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_is_not_a_lost_one_and_holds_up_nobody(conversation: Conversation) -> None:
    other = Conversation.objects.create(owner=conversation.owner, bot="script")
    ask(conversation)
    ask(other)
    locked, free = claimed(conversation), claimed(other)

    with locked_elsewhere(locked.id):
        pulses = beat([snapshot(locked, "Locked"), snapshot(free, "Free")])

    assert set(pulses) == {locked.id, free.id}
    assert (now(locked.id).text, now(free.id).text) == ("", "Free")


@pytest.mark.django_db(transaction=True)
def test_many_locked_rows_hold_up_nobody_for_longer_than_one(conversation: Conversation) -> None:
    others = [Conversation.objects.create(owner=conversation.owner, bot="script") for _ in range(15)]
    for each in (conversation, *others):
        ask(each)
    free, *locked = [claimed(each) for each in (conversation, *others)]
    cancel_reply(conversation.owner, locked[0].id)
    overtaken = replace(snapshot(locked[1]), attempt=7)

    with locked_elsewhere(*[each.id for each in locked]):
        started = time.monotonic()
        pulses = beat(
            [*[snapshot(each) for each in locked if each is not locked[1]], overtaken, snapshot(free)]
        )
        took = time.monotonic() - started

    assert set(pulses) == {each.id for each in (free, *locked)} - {locked[1].id}
    assert [pulse.id for pulse in pulses.values() if pulse.is_cancelled] == [locked[0].id]
    assert now(free.id).text == "H"
    assert took < 1.5


@contextmanager
def locked_elsewhere(*replies: UUID) -> Iterator[None]:
    has_lock, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(Message.objects.select_for_update().filter(pk__in=replies))
            has_lock.set()
            may_go.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_lock.wait(10)
    yield
    may_go.set()
    holder.join(10)
