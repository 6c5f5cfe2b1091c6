from uuid import uuid4

import pytest
from pytest_django import Settings

from conversations.models import Conversation, Message, User
from tests.conversations.calling import Caller


def test_a_conversation_starts_empty_with_the_default_bot(as_alice: Caller, settings: Settings) -> None:
    settings.BOT = "script"

    started = as_alice.post("/conversations")

    assert started.status == 201
    assert started.body["title"] == ""
    assert started.body["bot"] == "script"
    assert started.body["active_leaf"] is None
    assert started.body["deleted"] is False


def test_a_conversation_starts_without_a_body(as_alice: Caller) -> None:
    assert as_alice.send("POST", "/conversations", b"").status == 201


def test_title_and_bot_are_as_asked(as_alice: Caller) -> None:
    started = as_alice.post("/conversations", title="Plans", bot="script")

    assert (started.body["title"], started.body["bot"]) == ("Plans", "script")


def test_the_same_client_id_again_is_the_same_conversation(as_alice: Caller) -> None:
    client_id = str(uuid4())
    first = as_alice.post("/conversations", client_id=client_id)

    again = as_alice.post("/conversations", client_id=client_id.upper(), title="Other")

    assert again.status == 200
    assert again.body == first.body


def test_a_client_id_of_somebody_else_starts_another(as_alice: Caller, as_bob: Caller) -> None:
    client_id = str(uuid4())
    hers = as_alice.post("/conversations", client_id=client_id)

    his = as_bob.post("/conversations", client_id=client_id)

    assert his.status == 201
    assert his.body["id"] != hers.body["id"]


def test_a_client_id_does_not_bring_a_deleted_conversation_back(as_alice: Caller) -> None:
    client_id = str(uuid4())
    started = as_alice.post("/conversations", client_id=client_id)
    as_alice.delete(f"/conversations/{started.body['id']}")

    again = as_alice.post("/conversations", client_id=client_id)

    assert again.problem == (409, "conversation_deleted")


@pytest.mark.parametrize("bot", ["script", "knowledge", "chatbot.bots.script.ScriptBot"])
def test_a_bot_goes_by_its_name_or_its_path(as_alice: Caller, bot: str) -> None:
    assert as_alice.post("/conversations", bot=bot).body["bot"] == bot


@pytest.mark.parametrize("bot", ["nobody", "os.system", "", "script\x00", "x" * 300])
def test_a_bot_that_is_not_in_the_settings_is_refused(as_alice: Caller, bot: str) -> None:
    assert as_alice.post("/conversations", bot=bot).refused == (422, "invalid", ["bot"])


def test_a_bot_named_in_the_settings_by_its_path_is_known(as_alice: Caller, settings: Settings) -> None:
    settings.BOT = "tests.bots.Own"

    assert as_alice.post("/conversations", bot="tests.bots.Own").status == 201


def test_renaming_raises_the_revision(as_alice: Caller, conversation: Conversation) -> None:
    renamed = as_alice.patch(f"/conversations/{conversation.pk}", title="  Héllo 👋 ")

    assert renamed.body["title"] == "  Héllo 👋 "
    assert renamed.body["rev"] == conversation.rev + 1
    assert as_alice.get(f"/conversations/{conversation.pk}").body == renamed.body


def test_renaming_to_the_same_title_is_no_news(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.patch(f"/conversations/{conversation.pk}", title="Plans")

    again = as_alice.patch(f"/conversations/{conversation.pk}", title="Plans")

    assert again.body == first.body


def test_a_deleted_conversation_is_gone_and_will_be_announced(
    as_alice: Caller, conversation: Conversation
) -> None:
    Conversation.objects.update(announce_since=None)

    deleted = as_alice.delete(f"/conversations/{conversation.pk}")

    assert deleted.status == 204
    assert as_alice.get(f"/conversations/{conversation.pk}").problem == (404, "not_found")
    assert as_alice.delete(f"/conversations/{conversation.pk}").problem == (404, "not_found")
    row = Conversation.objects.get()
    assert row.deleted_at is not None
    assert row.announce_since is not None
    assert row.rev == conversation.rev + 1


def test_deleting_cancels_what_is_unfinished_and_nothing_else(
    as_alice: Caller, conversation: Conversation
) -> None:
    said = [
        conversation.messages.create(seq=seq, role="assistant", status=status)
        for seq, status in enumerate(["complete", "streaming", "waiting", "queued", "failed"])
    ]
    Message.objects.update(announce_since=None)

    as_alice.delete(f"/conversations/{conversation.pk}")

    rows = [Message.objects.get(pk=message.pk) for message in said]
    assert [row.status for row in rows] == ["complete", "cancelled", "cancelled", "cancelled", "failed"]
    assert [row.rev for row in rows] == [1, 2, 2, 2, 1]
    assert [row.finished_at is not None for row in rows] == [False, True, True, True, False]
    assert [row.announce_since is not None for row in rows] == [False, True, True, True, False]


def test_a_guest_or_not_every_user_has_their_own_list(
    as_alice: Caller, as_bob: Caller, conversation: Conversation, bob: User
) -> None:
    theirs = Conversation.objects.create(owner=bob, bot="script")

    assert [each["id"] for each in as_alice.get("/conversations").body["items"]] == [str(conversation.pk)]
    assert [each["id"] for each in as_bob.get("/conversations").body["items"]] == [str(theirs.pk)]
