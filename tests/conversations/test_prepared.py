"""Statements that are prepared: planned once, and right over whatever happens to their connection."""

from collections.abc import Callable, Iterator

import pytest
from django.db import DataError, IntegrityError, NotSupportedError, connection, transaction

from conversations.models import User
from conversations.prepared import change, columns, loaded, rows

FIND = f"SELECT {columns(User, 'u')} FROM conversations_user u WHERE u.username = %s"
PREPARED = "SELECT count(*) AS number FROM pg_prepared_statements WHERE statement LIKE %s"


def test_a_row_is_the_object_that_it_was(alice: User) -> None:
    (row,) = rows(FIND, ["alice"])

    found = loaded(User, row)

    assert found == alice
    assert found.date_joined == alice.date_joined


def test_changes_are_counted(alice: User) -> None:
    assert change("UPDATE conversations_user SET first_name = %s WHERE id = %s", ["Alice", alice.pk]) == 1
    assert change("UPDATE conversations_user SET first_name = %s WHERE id = %s", ["Bob", 0]) == 0


def test_errors_are_django_s(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change("UPDATE conversations_user SET username = NULL WHERE id = %s", [alice.pk])
    with pytest.raises(DataError), transaction.atomic():
        rows("SELECT 1 / %s AS number", [0])


def test_a_statement_is_planned_once_and_none_but_these_is(alice: User) -> None:
    for name in ("alice", "bob", "alice"):
        rows(FIND, [name])
    for _ in range(7):
        User.objects.get(pk=alice.pk)

    assert count("%FROM conversations_user u WHERE%") == 1
    assert count('%FROM "conversations_user"%') == 0


def test_a_column_that_a_migration_adds_changes_nothing(alice: User) -> None:
    rows(FIND, ["alice"])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE conversations_user ADD COLUMN later integer NOT NULL DEFAULT 7")

    (row,) = rows(FIND, ["alice"])

    assert loaded(User, row) == alice


def count(pattern: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(PREPARED, [pattern])
        number: int = cursor.fetchone()[0]
    return number


@pytest.fixture
def widened(transactional_db: None) -> Iterator[Callable[[], None]]:
    """A migration that makes a column longer, under a process that runs."""
    yield lambda: alter("ALTER TABLE conversations_user ALTER COLUMN first_name TYPE varchar(160)")
    alter("ALTER TABLE conversations_user ALTER COLUMN first_name TYPE varchar(150)")


def test_a_column_that_a_migration_makes_longer_is_read_as_before(widened: Callable[[], None]) -> None:
    alice = User.objects.create_user("alice")
    rows(FIND, ["alice"])
    widened()

    found = [loaded(User, row) for _ in range(2) for row in rows(FIND, ["alice"])]

    assert found == [alice, alice]
    assert count("%FROM conversations_user u WHERE%") == 1


def test_within_a_transaction_it_fails_only_once(widened: Callable[[], None]) -> None:
    alice = User.objects.create_user("alice")
    rows(FIND, ["alice"])
    widened()

    with pytest.raises(NotSupportedError), transaction.atomic():
        rows(FIND, ["alice"])

    with transaction.atomic():
        assert [loaded(User, row) for row in rows(FIND, ["alice"])] == [alice]


def alter(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
