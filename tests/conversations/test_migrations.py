"""Processes of the version before run beside new tables and columns: they neither fill nor empty them."""

from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField

from chatbot.knowledge.models import Document, IngestionJob, Page
from chatbot.tools.booking.models import Appointment
from conversations.models import Conversation, ToolCall, User
from tests.conversations.replying import ask

OURS = ("conversations", "knowledge", "booking")


def added_fields() -> list[AddField]:
    migrations = MigrationLoader(None).disk_migrations.values()
    operations = [
        each for migration in migrations if migration.app_label in OURS for each in migration.operations
    ]
    return [each for each in operations if isinstance(each, AddField)]


def test_every_column_that_was_added_is_filled_by_postgresql_where_somebody_does_not_know_it() -> None:
    added = added_fields()
    assert {"tools", "usage", "is_uploaded"} <= {each.name for each in added}, (
        "need some for this to mean anything"
    )

    unfilled = [each.name for each in added if not (each.field.null or each.field.has_db_default())]

    assert unfilled == []


@pytest.fixture
def conversation(alice: User) -> Conversation:
    """With a call that alice has approved, in an answer; an appointment and a job of hers, and a page."""
    conversation = Conversation.objects.create(owner=alice)
    document = Document.objects.create(path="a.md", title="A", text="A", digest="a")
    ToolCall.objects.create(reply=ask(conversation), ordinal=1, attempt=1, state="done", decided_by=alice)
    Appointment.objects.create(starts_at="2030-01-01T09:00Z", user=alice)
    IngestionJob.objects.create(created_by=alice)
    Page.objects.create(document=document, html="")
    return conversation


def remove(table: str, **where: str | int | UUID | None) -> None:
    """As who knows only this table."""
    (column, value) = where.popitem()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [value])


@pytest.mark.django_db
def test_who_knows_no_more_tables_than_before_removes_what_it_knows(conversation: Conversation) -> None:
    remove("knowledge_document", path="a.md")
    remove("conversations_message", conversation_id=conversation.pk)
    remove("conversations_conversation", id=conversation.pk)
    remove("conversations_user", id=conversation.owner_id)

    connection.check_constraints()
    assert (Page.objects.count(), ToolCall.objects.count()) == (0, 0)
    assert Appointment.objects.get().user_id is IngestionJob.objects.get().created_by_id is None
