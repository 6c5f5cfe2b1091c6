"""What is asked for every answer stays quick among very many messages, and while very many wait."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from conversations.admin.transcript import SEARCHED, read_transcript
from conversations.answers import backlog, plain_reply, replies
from conversations.models import Conversation, Message, User
from conversations.telling.acknowledgements import CLEAR, Rev, clear_marks
from tests.conversations.plans import Ran, generic, is_ours, keep, make_many, rows_read, unguided
from tests.conversations.replying import ask, claimed, said

pytestmark = pytest.mark.django_db
WAITING = 2_000


def queue_many(owner: User) -> None:
    """2,000 questions in as many conversations, asked a minute ago, of which the statistics know nothing."""
    make_many(owner)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_message (id, conversation_id, parent_id, seq, role, status, text, bot,"
            " html, open, next_index, attempt, tries, citations, error, created_at)"
            " SELECT uuidv7(), conversation_id, id, 2, 'assistant', 'queued', '', 'script', '', 0, 0, 0, 0,"
            " '[]', '', now() - interval '1 minute' FROM conversations_message LIMIT %s",
            [WAITING],
        )


def plans_of(ran: Ran) -> list[str]:
    return [generic(sql) for sql, _ in ran if is_ours(sql)]


def test_an_answer_is_claimed_and_ended_without_reading_others(
    alice: User, conversation: Conversation
) -> None:
    ask(conversation)
    make_many(alice)

    ran: Ran = []
    with connection.execute_wrapper(keep(ran)):
        claim = claimed(conversation)
        replies.begun(claim, "e-0-1")
        replies.finish(claim, said())

    plans = plans_of(ran)
    assert len(plans) == 4
    assert [line for plan in plans for line in unguided(plan)] == []


@pytest.mark.parametrize("statement", [plain_reply.CLAIM, plain_reply.FINISH])
def test_siblings_are_not_looked_for_in_the_whole_conversation(alice: User, statement: str) -> None:
    make_many(alice)

    assert "message_seq" not in generic(statement)


@pytest.mark.parametrize("model", [Message, Conversation])
def test_acknowledgements_are_not_compared_with_all_marked_rows(
    alice: User, model: type[Message | Conversation]
) -> None:
    make_many(alice)
    model.objects.update(announce_since=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message, conversations_conversation")

    assert "_news" not in generic(CLEAR.format(table=model._meta.db_table))


def test_an_acknowledged_row_is_not_written_again(conversation: Conversation) -> None:
    told = Rev(Conversation, conversation.pk, conversation.rev)
    clear_marks([told])

    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM conversations_conversation WHERE id = %s", [conversation.pk])
        before = cursor.fetchone()
        clear_marks([told])
        cursor.execute("SELECT ctid FROM conversations_conversation WHERE id = %s", [conversation.pk])
        assert cursor.fetchone() == before


def test_stranded_replies_are_found_without_comparing_all_that_wait(alice: User) -> None:
    queue_many(alice)
    Message.objects.update(heartbeat_at=Now() - timedelta(minutes=1))

    with CaptureQueriesContext(connection) as asked:
        assert len(replies.stranded(64)) == 64

    assert rows_read(asked.captured_queries[0]["sql"]) < WAITING


def test_the_backlog_is_counted_without_comparing_all_that_wait(alice: User) -> None:
    queue_many(alice)

    seen = backlog.look()

    assert seen.replies["queued"] == WAITING
    assert seen.oldest_queued > 50
    assert rows_read(backlog.REST, [backlog.MOST] * 4) < 10 * WAITING


def test_other_branches_are_found_without_comparing_all_with_all(conversation: Conversation) -> None:
    for _ in range(4):
        ask(conversation)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_message (id, conversation_id, parent_id, seq, role, status, text, bot,"
            " html, open, next_index, attempt, tries, citations, error)"
            " SELECT uuidv7(), %s, %s, 8 + n, 'assistant', 'complete', '', 'script', '', 0, 0, 0, 0, '[]', ''"
            " FROM generate_series(1, %s) n",
            [conversation.pk, conversation.messages.filter(role="user").earliest("seq").pk, SEARCHED],
        )
    conversation.last_seq = SEARCHED + 8

    with CaptureQueriesContext(connection) as asked:
        read_transcript(conversation, leaf=None, before=None)

    (found,) = [each["sql"] for each in asked.captured_queries if "excerpt" in each["sql"]]
    assert rows_read(found) < 10 * SEARCHED


@pytest.mark.parametrize(
    ("filtered", "index"),
    [
        ({"status": "failed"}, "message_unsaid"),
        ({"status": "cancelled"}, "message_unsaid"),
        ({"created_at__gt": datetime(2100, 1, 1, tzinfo=UTC)}, "message_days"),
    ],
)
def test_filters_of_the_admin_do_not_read_everything(
    alice: User, filtered: dict[str, object], index: str
) -> None:
    make_many(alice)

    found = Message.objects.filter(**filtered).order_by("-pk").values("pk")[:10_000].explain()

    assert index in found
