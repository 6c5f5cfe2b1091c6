"""The forms behind the buttons of an answer, as a browser without JavaScript sends them."""

from uuid import uuid4

import pytest
from django.test import Client

from conversations.answers.replies import finish
from conversations.models import Conversation, Message, User
from tests.conversations.replying import ask, claimed, now, said

S = Message.Status


@pytest.fixture
def alice_s_browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def failed(conversation: Conversation) -> Message:
    reply = ask(conversation)
    finish(claimed(conversation), said("Half", S.FAILED))
    return now(reply.pk)


def path(reply: Message, choice: str = "") -> str:
    return f"/c/{reply.conversation_id}/" + (f"{reply.pk}/{choice}" if choice else "")


def test_each_answer_has_its_buttons_and_the_page_one_form_for_them(
    alice_s_browser: Client, conversation: Conversation
) -> None:
    first, second = ask(conversation, "One"), ask(conversation, "Two")

    page = alice_s_browser.get(path(first)).content.decode()

    buttons = [path(reply, choice) for reply in (first, second) for choice in ("cancel", "regenerate")]
    assert [f'form="choice" formaction="{address}"' in page for address in buttons] == [True] * 4
    assert page.count('<form id="choice" method="post" hidden><input type="hidden" name="csrf') == 1


def test_a_queued_answer_is_cancelled_and_one_is_back_where_one_was(
    alice_s_browser: Client, conversation: Conversation
) -> None:
    reply = ask(conversation)

    answer = alice_s_browser.post(path(reply, "cancel"))

    assert answer.headers["Location"] == path(reply)
    assert now(reply.pk).status == S.CANCELLED


def test_the_same_form_twice_asks_for_one_more_answer(alice_s_browser: Client, failed: Message) -> None:
    form = {"client_id": str(uuid4())}

    answers = [alice_s_browser.post(path(failed, "regenerate"), form) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [path(failed)] * 2
    assert failed.conversation.messages.count() == 3


@pytest.mark.parametrize("form", [{}, {"client_id": "x"}])
def test_without_a_name_it_asks_once_until_that_is_answered(
    alice_s_browser: Client, failed: Message, form: dict[str, str]
) -> None:
    answers = [alice_s_browser.post(path(failed, "regenerate"), form) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [path(failed)] * 2
    assert failed.conversation.messages.count() == 3


def test_a_form_that_came_back_for_another_question_asks_that_too(
    alice_s_browser: Client, conversation: Conversation, failed: Message
) -> None:
    form = {"client_id": str(uuid4())}
    alice_s_browser.post(path(failed, "regenerate"), form)
    other = ask(conversation, "Two")

    finish(claimed(conversation), said())
    finish(claimed(conversation), said("Half", S.FAILED))
    alice_s_browser.post(path(other, "regenerate"), form)

    assert conversation.messages.filter(parent=other.parent_id).count() == 2


@pytest.mark.parametrize("choice", ["cancel", "regenerate"])
def test_what_a_user_said_and_what_is_somebody_else_s_is_not_found(
    alice_s_browser: Client, client: Client, bob: User, failed: Message, choice: str
) -> None:
    assert failed.parent is not None
    own = alice_s_browser.post(path(failed.parent, choice))
    client.force_login(bob)
    theirs = client.post(path(failed, choice))

    assert (own.status_code, theirs.status_code) == (404, 404)
    assert failed.conversation.messages.count() == 2


@pytest.mark.parametrize("choice", ["cancel", "regenerate"])
def test_a_link_does_nothing_and_a_stranger_signs_in_first(
    alice_s_browser: Client, failed: Message, choice: str
) -> None:
    looked = alice_s_browser.get(path(failed, choice))
    stranger = Client().post(path(failed, choice))
    forged = Client(enforce_csrf_checks=True).post(path(failed, choice))

    assert (looked.status_code, forged.status_code) == (405, 403)
    assert stranger.headers["Location"] == f"/accounts/login?next={path(failed)}"


def test_among_older_messages_nothing_is_offered_for_the_last_one(
    alice_s_browser: Client, conversation: Conversation, failed: Message
) -> None:
    following = ask(conversation, "Two")

    page = alice_s_browser.get(path(failed), {"before": str(following.parent_id)}).content.decode()

    assert 'aria-label="Messages" data-past>' in page
