from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.asking.posting import post_message
from conversations.models import Conversation, Message, User
from tests.conversations.calling import Caller

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200)


def test_a_post_is_a_complete_message_and_a_queued_reply(
    as_alice: Caller, conversation: Conversation
) -> None:
    posted = as_alice.say(conversation, "Hello")

    assert posted.status == 202
    message, reply = posted.body["message"], posted.body["reply"]
    assert (message["role"], message["status"], message["text"]) == ("user", "complete", "Hello")
    assert (reply["role"], reply["status"], reply["text"]) == ("assistant", "queued", "")
    assert reply["parent_id"] == message["id"]
    assert reply["bot"] == conversation.bot
    assert message["sibling_ids"] == [message["id"]]
    assert message["html"] == "<p>Hello</p>"


def test_a_post_moves_its_conversation_on(as_alice: Caller, conversation: Conversation) -> None:
    before = as_alice.get(f"/conversations/{conversation.pk}").body

    reply = as_alice.say(conversation, "Hello").body["reply"]

    after = as_alice.get(f"/conversations/{conversation.pk}").body
    assert after["active_leaf"] == reply["id"]
    assert after["last_activity_at"] > before["last_activity_at"]
    assert after["rev"] == before["rev"] + 1


def test_everything_new_is_marked_to_be_announced(as_alice: Caller, conversation: Conversation) -> None:
    Conversation.objects.update(announce_since=None)

    as_alice.say(conversation, "Hello")

    assert Conversation.objects.get().announce_since is not None
    assert Message.objects.exclude(announce_since=None).count() == 2


def test_posts_follow_each_other(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.say(conversation, "One").body

    second = as_alice.say(conversation, "Two").body

    assert first["message"]["parent_id"] is None
    assert second["message"]["parent_id"] == first["reply"]["id"]
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]


def test_the_same_post_again_is_the_same_two_messages_as_they_are_now(
    as_alice: Caller, conversation: Conversation
) -> None:
    client_message_id = str(uuid4())
    first = as_alice.say(conversation, "Hello", client_message_id=client_message_id).body
    Message.objects.filter(pk=first["reply"]["id"]).update(status="complete", text="Hi", html="<p>Hi</p>")

    again = as_alice.say(conversation, "Hello", client_message_id=client_message_id)

    assert again.status == 200
    assert again.body["message"] == first["message"]
    assert again.body["reply"] == {**first["reply"], "status": "complete", "text": "Hi", "html": "<p>Hi</p>"}
    assert Message.objects.count() == 2


def test_the_same_client_message_id_with_another_text_is_refused(
    as_alice: Caller, conversation: Conversation
) -> None:
    client_message_id = str(uuid4())
    as_alice.say(conversation, "Hello", client_message_id=client_message_id)

    other = as_alice.say(conversation, "Goodbye", client_message_id=client_message_id)

    assert other.problem == (409, "client_message_id_reused")
    assert Message.objects.count() == 2


def test_a_client_message_id_counts_within_its_conversation(as_alice: Caller, alice: User) -> None:
    client_message_id = str(uuid4())
    here, there = (Conversation.objects.create(owner=alice, bot="script") for _ in range(2))
    as_alice.say(here, "Hello", client_message_id=client_message_id)

    assert as_alice.say(there, "Goodbye", client_message_id=client_message_id).status == 202


def test_an_edit_branches_off_where_the_message_was(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.say(conversation, "One").body
    second = as_alice.say(conversation, "Two").body

    edited = as_alice.say(conversation, "Two, better", parent_id=first["reply"]["id"]).body

    assert edited["message"]["parent_id"] == first["reply"]["id"]
    assert edited["message"]["sibling_ids"] == [second["message"]["id"], edited["message"]["id"]]
    leaf = as_alice.get(f"/conversations/{conversation.pk}").body["active_leaf"]
    assert leaf == edited["reply"]["id"]


def test_null_as_parent_begins_anew(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.say(conversation, "One").body

    edited = as_alice.say(conversation, "One, better", parent_id=None).body

    assert edited["message"]["parent_id"] is None
    assert edited["message"]["sibling_ids"] == [first["message"]["id"], edited["message"]["id"]]


def test_the_parent_must_be_a_reply(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.say(conversation, "One").body

    refused = as_alice.say(conversation, "Two", parent_id=first["message"]["id"])

    assert refused.refused == (422, "invalid", ["parent_id"])


def test_the_parent_must_be_of_this_conversation(
    as_alice: Caller, conversation: Conversation, alice: User
) -> None:
    other = Conversation.objects.create(owner=alice, bot="script")
    elsewhere = as_alice.say(other, "One").body["reply"]

    refused = as_alice.say(conversation, "Two", parent_id=elsewhere["id"])

    assert refused.refused == (422, "invalid", ["parent_id"])


def test_fields_that_are_not_known_are_ignored(as_alice: Caller, conversation: Conversation) -> None:
    assert as_alice.say(conversation, "Hello", mood="good").status == 202


@pytest.mark.parametrize("text", ["", "x" * 32_001, "a\x00b", "\ud800", "a\udc00b", None, 7, ["a"]])
def test_a_text_that_cannot_be_is_refused(as_alice: Caller, conversation: Conversation, text: object) -> None:
    refused = as_alice.post(
        f"/conversations/{conversation.pk}/messages", text=text, client_message_id=str(uuid4())
    )

    assert refused.refused == (422, "invalid", ["text"])
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "text", [" ", "\n", "x" * 32_000, "👩🏽‍🚀" * 8_000, "\u202eabc", "\r\n  a\r\n", "\ufeff"]
)
def test_any_other_text_is_kept_exactly(as_alice: Caller, conversation: Conversation, text: str) -> None:
    posted = as_alice.say(conversation, text)

    assert posted.body["message"]["text"] == text
    history = as_alice.get(f"/conversations/{conversation.pk}/messages").body
    assert history["items"][0]["text"] == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(text=TEXT)
def test_what_is_said_is_what_is_read(as_alice: Caller, conversation: Conversation, text: str) -> None:
    message = as_alice.say(conversation, text).body["message"]

    newest = as_alice.get(f"/conversations/{conversation.pk}/messages", limit=2).body["items"][0]

    assert message["text"] == text
    assert newest["text"] == text


def test_the_first_post_names_a_conversation_without_a_title(
    as_alice: Caller, conversation: Conversation
) -> None:
    as_alice.say(conversation, "How do I start?")
    as_alice.say(conversation, "And then?")

    assert as_alice.get(f"/conversations/{conversation.pk}").body["title"] == "How do I start?"


def test_a_title_that_was_given_stays(alice: User) -> None:
    conversation = Conversation.objects.create(owner=alice, bot="script", title="Plans")

    post_message(alice, conversation.pk, text="Hello", client_message_id=uuid4())

    assert Conversation.objects.get().title == "Plans"
