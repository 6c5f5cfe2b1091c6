"""Somebody wants another answer to the same question."""

from uuid import uuid4

import pytest

from conversations.answers.replies import finish
from conversations.lifecycle import delete_conversation
from conversations.models import Conversation, Message
from tests.conversations.calling import Answer, Caller
from tests.conversations.replying import ask, claimed, now, said

pytestmark = pytest.mark.django_db

S = Message.Status


@pytest.fixture
def failed(conversation: Conversation) -> Message:
    reply = ask(conversation)
    finish(claimed(conversation), said("Half", S.FAILED))
    return now(reply.pk)


def regenerate(caller: Caller, reply: Message, **body: object) -> Answer:
    return caller.post(f"/messages/{reply.pk}/regenerate", **body)


def history(caller: Caller, conversation: Conversation, **query: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = caller.get(f"/conversations/{conversation.pk}/messages", **query).body[
        "items"
    ]
    return items


@pytest.mark.parametrize("status", [S.COMPLETE, S.FAILED, S.CANCELLED])
def test_a_finished_answer_gets_a_sibling_that_is_queued(
    as_alice: Caller, conversation: Conversation, status: Message.Status
) -> None:
    old = ask(conversation)
    finish(claimed(conversation), said("Hi", status))

    answer = regenerate(as_alice, old)

    reply = answer.body["reply"]
    assert answer.status == 202
    assert (reply["status"], reply["text"], reply["bot"]) == ("queued", "", conversation.bot)
    assert reply["parent_id"] == str(old.parent_id)
    assert reply["sibling_ids"] == [str(old.pk), reply["id"]]
    assert str(claimed(conversation).id) == reply["id"]


def test_it_needs_no_body(as_alice: Caller, failed: Message) -> None:
    assert as_alice.send("POST", f"/messages/{failed.pk}/regenerate", b"").status == 202


def test_the_new_answer_ends_the_active_branch_and_the_old_one_stays(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    before = as_alice.get(f"/conversations/{conversation.pk}").body

    reply = regenerate(as_alice, failed).body["reply"]

    after = as_alice.get(f"/conversations/{conversation.pk}").body
    assert (after["active_leaf"], after["rev"]) == (reply["id"], before["rev"] + 1)
    assert after["last_activity_at"] > before["last_activity_at"]
    assert [item["id"] for item in history(as_alice, conversation)] == [str(failed.parent_id), reply["id"]]
    old = history(as_alice, conversation, leaf=str(failed.pk))[-1]
    assert (old["id"], old["status"], old["text"]) == (str(failed.pk), "failed", "Half")


def test_an_answer_in_the_middle_is_a_new_branch_from_there(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    ask(conversation, "Two")
    finish(claimed(conversation), said())

    reply = regenerate(as_alice, failed).body["reply"]

    assert now(reply["id"]).seq == 5
    assert [item["id"] for item in history(as_alice, conversation)] == [str(failed.parent_id), reply["id"]]


def test_the_bot_is_asked_the_same_question_without_the_old_answer(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    regenerate(as_alice, failed)

    assert [message.text for message in claimed(conversation).history] == ["Hello"]


def test_all_that_changed_is_marked_to_be_announced(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    Message.objects.update(announce_since=None)
    Conversation.objects.update(announce_since=None)

    reply = regenerate(as_alice, failed).body["reply"]

    marked = Message.objects.exclude(announce_since=None)
    assert [str(row.pk) for row in marked] == [reply["id"]]
    assert Conversation.objects.get().announce_since is not None


def test_the_same_client_id_again_is_the_same_reply_as_it_is_now(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    client_id = str(uuid4())
    first = regenerate(as_alice, failed, client_id=client_id)
    queued = regenerate(as_alice, failed, client_id=client_id.upper())
    finish(claimed(conversation), said("Better"))

    finished = regenerate(as_alice, failed, client_id=client_id)

    assert [first.status, queued.status, finished.status] == [202, 200, 200]
    assert queued.body["reply"] == first.body["reply"]
    assert finished.body["reply"]["id"] == first.body["reply"]["id"]
    assert finished.body["reply"]["text"] == "Better"
    assert conversation.messages.count() == 3


def test_another_client_id_after_the_end_is_another_reply(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    first = regenerate(as_alice, failed, client_id=str(uuid4()))
    finish(claimed(conversation), said("Better"))

    second = regenerate(as_alice, failed, client_id=str(uuid4()))

    siblings = [str(failed.pk), first.body["reply"]["id"], second.body["reply"]["id"]]
    assert second.body["reply"]["sibling_ids"] == siblings


def test_a_client_id_of_another_question_is_refused(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    client_id = str(uuid4())
    regenerate(as_alice, failed, client_id=client_id)
    finish(claimed(conversation), said())
    other = ask(conversation, "Two")
    finish(claimed(conversation), said())

    assert regenerate(as_alice, other, client_id=client_id).problem == (409, "client_id_reused")


def test_a_client_id_and_a_client_message_id_do_not_meet(
    as_alice: Caller, conversation: Conversation
) -> None:
    shared = str(uuid4())
    said_so = as_alice.say(conversation, "Hello", client_message_id=shared).body
    finish(claimed(conversation), said())

    answer = as_alice.post(f"/messages/{said_so['reply']['id']}/regenerate", client_id=shared)
    again = as_alice.say(conversation, "Hello", client_message_id=shared)

    assert (answer.status, again.status) == (202, 200)
    assert again.body["reply"]["id"] == said_so["reply"]["id"]


def test_while_it_is_unfinished_it_can_t_be_made_anew(as_alice: Caller, conversation: Conversation) -> None:
    reply = ask(conversation)

    queued = regenerate(as_alice, reply)
    claimed(conversation)

    assert queued.problem == regenerate(as_alice, reply).problem == (409, "reply_unfinished")


def test_while_its_question_is_being_answered_again_it_can_t_be_made_anew(
    as_alice: Caller, conversation: Conversation, failed: Message
) -> None:
    regenerate(as_alice, failed)

    assert regenerate(as_alice, failed).problem == (409, "reply_unfinished")
    assert conversation.messages.count() == 3


def test_what_a_user_said_can_t_be_made_anew(as_alice: Caller, failed: Message) -> None:
    assert failed.parent is not None

    assert regenerate(as_alice, failed.parent).problem == (409, "not_a_reply")


@pytest.mark.parametrize("client_id", ["x", 7, ""])
def test_a_client_id_is_a_uuid(as_alice: Caller, failed: Message, client_id: object) -> None:
    assert regenerate(as_alice, failed, client_id=client_id).refused == (422, "invalid", ["client_id"])


def test_a_reply_of_somebody_else_is_not_there(as_bob: Caller, as_alice: Caller, failed: Message) -> None:
    refused = regenerate(as_bob, failed)
    nobodys = as_bob.post(f"/messages/{uuid4()}/regenerate")
    delete_conversation(failed.conversation.owner, failed.conversation_id)
    deleted = regenerate(as_alice, failed)

    assert refused.problem == deleted.problem == (404, "not_found")
    assert refused.body == nobodys.body
