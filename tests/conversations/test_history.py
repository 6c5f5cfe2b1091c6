from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from conversations.asking.posting import post_message
from conversations.models import Conversation, Message, User
from conversations.reading import cursors
from tests.conversations.calling import Caller


@dataclass
class Log:
    """Stands in for this process's place in the log: positions are plain numbers here."""

    end: str | None = "e-0-100"
    asked: list[str] = field(default_factory=list)

    def position(self, channel: str) -> str | None:
        return self.end

    def settled(self, positions: list[str], channel: str, *, live: str) -> str:
        self.asked = [*positions, live]
        return min(self.asked, key=lambda place: int(place.rpartition("-")[2]))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(cursors, "current", lambda: log)
    return log


@pytest.fixture
def reply(conversation: Conversation, alice: User) -> Message:
    return post_message(alice, conversation.pk, text="Hello", client_message_id=uuid4()).reply


def stream(reply: Message, *, position: str | None, text: str = "") -> None:
    Message.objects.filter(pk=reply.pk).update(status="streaming", snapshot_position=position, text=text)


def test_an_empty_conversation(as_alice: Caller, conversation: Conversation) -> None:
    history = as_alice.get(f"/conversations/{conversation.pk}/messages")

    assert history.body == {"items": [], "has_more": False, "cursor": None}


def test_messages_come_oldest_first_page_by_page(as_alice: Caller, conversation: Conversation) -> None:
    said = [as_alice.say(conversation, text).body for text in ("One", "Two", "Three")]
    chain = [message["id"] for posted in said for message in (posted["message"], posted["reply"])]
    path = f"/conversations/{conversation.pk}/messages"

    newest = as_alice.get(path, limit=4).body
    oldest = as_alice.get(path, limit=4, before=newest["items"][0]["id"]).body

    assert [message["id"] for message in newest["items"]] == chain[2:]
    assert [message["id"] for message in oldest["items"]] == chain[:2]
    assert (newest["has_more"], oldest["has_more"]) == (True, False)


def test_another_branch_is_read_by_its_leaf(as_alice: Caller, conversation: Conversation) -> None:
    first = as_alice.say(conversation, "One").body
    second = as_alice.say(conversation, "Other", parent_id=None).body
    path = f"/conversations/{conversation.pk}/messages"

    active = as_alice.get(path).body["items"]
    other = as_alice.get(path, leaf=first["reply"]["id"]).body["items"]

    assert [message["id"] for message in active] == [second["message"]["id"], second["reply"]["id"]]
    assert [message["id"] for message in other] == [first["message"]["id"], first["reply"]["id"]]
    assert active[0]["sibling_ids"] == other[0]["sibling_ids"]


def test_a_history_costs_the_same_however_long_it_is(
    as_alice: Caller, conversation: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        as_alice.say(conversation, f"No. {number}")

    with django_assert_num_queries(5):
        history = as_alice.get(f"/conversations/{conversation.pk}/messages", limit=60)

    assert len(history.body["items"]) == 60


def test_without_an_answer_in_flight_the_cursor_is_the_live_position(
    as_alice: Caller, conversation: Conversation, reply: Message, log: Log
) -> None:
    assert as_alice.get(f"/conversations/{conversation.pk}/messages").body["cursor"] == "e-0-100"


def test_the_cursor_is_that_of_an_answer_in_flight(
    as_alice: Caller, conversation: Conversation, reply: Message, log: Log
) -> None:
    stream(reply, position="e-0-40", text="Hi the")

    history = as_alice.get(f"/conversations/{conversation.pk}/messages").body

    assert history["cursor"] == "e-0-40"
    assert history["items"][1]["text"] == "Hi the"


def test_the_cursor_ignores_answers_that_are_finished_or_still_waiting(
    as_alice: Caller, conversation: Conversation, reply: Message, log: Log
) -> None:
    Message.objects.filter(pk=reply.pk).update(status="complete", snapshot_position="e-0-40")

    assert as_alice.get(f"/conversations/{conversation.pk}/messages").body["cursor"] == "e-0-100"


def test_without_the_broker_there_is_no_cursor(
    as_alice: Caller, conversation: Conversation, reply: Message, log: Log
) -> None:
    log.end = None
    stream(reply, position="e-0-40")

    assert as_alice.get(f"/conversations/{conversation.pk}/messages").body["cursor"] is None


def test_an_answer_that_gets_no_position_in_time_leaves_no_cursor(
    as_alice: Caller, conversation: Conversation, reply: Message, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors, "PATIENCE", 0.1)
    stream(reply, position=None)

    assert as_alice.get(f"/conversations/{conversation.pk}/messages").body["cursor"] is None


def test_an_answer_without_a_position_is_read_again_until_it_has_one(
    reply: Message, alice: User, log: Log
) -> None:
    stream(reply, position=None, text="Hi")
    seen = Message.objects.get(pk=reply.pk)
    stream(reply, position="e-0-40", text="Hi there")

    [again] = cursors.with_positions([seen])

    assert (again.text, again.snapshot_position) == ("Hi there", "e-0-40")
    assert cursors.cursor(alice, "e-0-100", [again]) == "e-0-40"


def test_a_post_gives_the_position_before_it(as_alice: Caller, conversation: Conversation, log: Log) -> None:
    assert as_alice.say(conversation, "Hello").body["cursor"] == "e-0-100"


def test_a_post_again_gives_a_cursor_as_a_history_does(
    as_alice: Caller, conversation: Conversation, log: Log
) -> None:
    identity = str(uuid4())
    reply = as_alice.say(conversation, "Hello", client_message_id=identity).body["reply"]
    stream(Message.objects.get(pk=reply["id"]), position="e-0-40", text="Hi the")

    again = as_alice.say(conversation, "Hello", client_message_id=identity).body

    assert again["cursor"] == "e-0-40"
    assert again["reply"]["text"] == "Hi the"


def test_a_post_while_the_broker_is_away_has_no_cursor(
    as_alice: Caller, conversation: Conversation, log: Log
) -> None:
    log.end = None

    posted = as_alice.say(conversation, "Hello")

    assert (posted.status, posted.body["cursor"]) == (202, None)
