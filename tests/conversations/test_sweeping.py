from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from conversations.lifecycle import delete_conversation, rename_conversation
from conversations.models import Conversation, Message
from conversations.telling.acknowledgements import Rev, clear_marks
from conversations.telling.sweeping import purge_deleted, tell_overdue
from streaming import publishing
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, Publisher
from tests.conversations.replying import ask, now

pytestmark = pytest.mark.django_db


class Recorder(Publisher):
    """A publisher that keeps what it was given instead of a broker."""

    def __init__(self) -> None:
        super().__init__(BrokerOptions({"bootstrap.servers": "127.0.0.1:1"}), patience_ms=1000)
        self.types: list[object] = []

    def publish(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        *,
        headers: list[tuple[str, str | bytes | None]] | None = None,
        on_ack: Callable[[Ack], None] | None = None,
    ) -> None:
        self.types.append(dict(headers or [])["type"])


@pytest.fixture
def told() -> Iterator[list[object]]:
    recorder = Recorder()
    publishing.install(recorder)
    yield recorder.types
    publishing.install(None)


def overdue() -> None:
    """As if all news had been marked three seconds ago."""
    Message.objects.update(announce_since=Now() - timedelta(seconds=3))
    Conversation.objects.update(announce_since=Now() - timedelta(seconds=3))


def test_fresh_news_is_not_overdue(conversation: Conversation, told: list[object]) -> None:
    ask(conversation)

    assert tell_overdue(100) == 0


def test_overdue_news_is_told_from_the_rows_once(conversation: Conversation, told: list[object]) -> None:
    reply = ask(conversation)
    Message.objects.filter(pk=reply.pk).update(status="failed", rev=3)
    overdue()

    first, second = tell_overdue(100), tell_overdue(100)

    assert (first, second) == (3, 0)
    assert sorted(map(str, told)) == ["conversation.updated", "message.created", "reply.finished"]


def test_an_acknowledgement_takes_off_the_mark(conversation: Conversation) -> None:
    reply = ask(conversation)

    clear_marks([Rev(Message, reply.pk, 1)])

    assert now(reply.pk).announce_since is None


def test_an_acknowledgement_of_an_older_state_leaves_the_mark(conversation: Conversation) -> None:
    reply = ask(conversation)
    Message.objects.filter(pk=reply.pk).update(rev=2)

    clear_marks([Rev(Message, reply.pk, 1)])

    assert now(reply.pk).announce_since is not None


def test_a_deleted_conversation_stays_until_readers_were_told(conversation: Conversation) -> None:
    ask(conversation)
    delete_conversation(conversation.owner, conversation.pk)

    assert purge_deleted(100) == 0
    assert Conversation.objects.filter(pk=conversation.pk).exists()


def test_a_deleted_conversation_goes_piece_by_piece_once_readers_were_told(
    conversation: Conversation,
) -> None:
    ask(conversation)
    ask(conversation)
    delete_conversation(conversation.owner, conversation.pk)
    Conversation.objects.update(announce_since=None)

    pieces = [purge_deleted(3), purge_deleted(3), purge_deleted(3)]

    assert pieces == [3, 2, 0]
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()


def test_what_is_not_deleted_is_not_purged(conversation: Conversation) -> None:
    rename_conversation(conversation.owner, conversation.pk, title="Mine")
    Conversation.objects.update(announce_since=None)

    assert purge_deleted(100) == 0
    assert Conversation.objects.exists()
