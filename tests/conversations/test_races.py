"""Two at the same time, with real threads and real transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection

from conversations.answers.replies import Claim, claim, finish
from conversations.asking.cancelling import cancel_reply
from conversations.asking.posting import Posted, post_message
from conversations.asking.regenerating import Regenerated, regenerate_reply
from conversations.errors import ClientMessageIdReusedError, NotFoundError, ReplyUnfinishedError
from conversations.lifecycle import delete_conversation, start_conversation
from conversations.models import Conversation, Message, User
from tests.conversations.replying import ask, claimed, now, said

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave or raised; all start together, each on a thread and connection of its own."""
    barrier = Barrier(len(calls), timeout=10)

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001  (the caller looks at it)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice")


def poster(
    owner: User, conversation: Conversation, text: str = "Hello", client_message_id: UUID | None = None
) -> Callable[[], Posted]:
    identity = client_message_id or uuid4()
    return lambda: post_message(owner, conversation.pk, text=text, client_message_id=identity)


def test_the_same_post_twice_at_once_is_one(alice: User, conversation: Conversation) -> None:
    twice = poster(alice, conversation)

    posts = [post for post in at_once(*[twice] * 8) if isinstance(post, Posted)]

    assert sorted(post.is_new for post in posts) == [False] * 7 + [True]
    assert len({(post.message.pk, post.reply.pk) for post in posts}) == 1
    assert Message.objects.count() == 2


def test_one_client_message_id_with_two_texts_at_once_takes_one(
    alice: User, conversation: Conversation
) -> None:
    shared = uuid4()

    outcomes = at_once(
        poster(alice, conversation, "One", shared), poster(alice, conversation, "Other", shared)
    )

    assert {type(outcome) for outcome in outcomes} == {Posted, ClientMessageIdReusedError}
    assert Message.objects.count() == 2


def test_posts_at_once_form_one_chain(alice: User, conversation: Conversation) -> None:
    posts = at_once(*[poster(alice, conversation, f"No. {number}") for number in range(12)])

    assert {type(post) for post in posts} == {Posted}
    chain = list(Message.objects.order_by("seq"))
    assert [message.seq for message in chain] == list(range(1, 25))
    assert [message.role for message in chain] == ["user", "assistant"] * 12
    assert chain[0].parent_id is None
    assert all(later.parent_id == earlier.pk for earlier, later in pairwise(chain))
    conversation.refresh_from_db()
    assert (conversation.last_seq, conversation.active_leaf_id) == (24, chain[-1].pk)


def test_the_same_client_id_twice_at_once_starts_one(alice: User) -> None:
    shared = uuid4()

    started = at_once(*[lambda: start_conversation(alice, client_id=shared)] * 8)

    outcomes = [outcome for outcome in started if isinstance(outcome, tuple)]
    assert sorted(is_new for _, is_new in outcomes) == [False] * 7 + [True]
    assert len({conversation.pk for conversation, _ in outcomes}) == 1


def test_a_post_and_a_deletion_at_once_leave_nothing_to_be_answered(
    alice: User, conversation: Conversation
) -> None:
    posts: list[Callable[[], object]] = [poster(alice, conversation) for _ in range(5)]

    outcomes = at_once(*posts, lambda: delete_conversation(alice, conversation.pk))

    assert {type(outcome) for outcome in outcomes} <= {Posted, NotFoundError, type(None)}
    assert not Message.objects.filter(status__in=Message.UNFINISHED).exists()


@pytest.mark.parametrize("client_id", [None, uuid4()])
def test_eight_calls_for_another_answer_at_once_make_one(
    alice: User, conversation: Conversation, client_id: UUID | None
) -> None:
    old = ask(conversation)
    finish(claimed(conversation), said())

    outcomes = at_once(*[lambda: regenerate_reply(alice, old.pk, client_id=client_id)] * 8)

    made = [outcome for outcome in outcomes if isinstance(outcome, Regenerated)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, ReplyUnfinishedError)]
    assert [each.is_new for each in made].count(True) == 1
    assert (len(made), len(refused)) == ((1, 7) if client_id is None else (8, 0))
    assert Message.objects.count() == 3


def test_a_claim_and_a_cancellation_at_once_leave_a_mark_or_an_end(
    alice: User, conversation: Conversation
) -> None:
    reply = ask(conversation)

    outcomes = at_once(lambda: claim(conversation.pk), lambda: cancel_reply(alice, reply.pk))

    row = now(reply.pk)
    assert row.cancel_requested_at is not None
    assert row.status == ("streaming" if isinstance(outcomes[0], Claim) else "cancelled")


def test_a_finish_and_a_cancellation_at_once_leave_an_end(alice: User, conversation: Conversation) -> None:
    reply = ask(conversation)
    taken = claimed(conversation)

    at_once(lambda: finish(taken, said()), lambda: cancel_reply(alice, reply.pk))

    row = now(reply.pk)
    assert row.status == ("complete" if row.cancel_requested_at is None else "cancelled")
