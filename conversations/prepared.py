"""Statements that PostgreSQL plans once for each connection: to plan them took longer than to run them.

For what every post and every answer asks. A statement names the columns that it returns: a migration that
adds one must not change what a statement that is prepared already gives.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from psycopg import Cursor
from psycopg.abc import Params
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus

M = TypeVar("M", bound=Model)
Row = dict[str, Any]


def columns(model: type[Model], table: str, prefix: str = "") -> str:
    """All of the model's, as a statement names them for `loaded`."""
    named = [f"{table}.{field.column} AS {prefix}{field.attname}" for field in model._meta.concrete_fields]
    return ", ".join(named)


def loaded(model: type[M], row: Row, prefix: str = "") -> M:
    """The object that the row's columns of that prefix are."""
    names, fields = _fields(model)
    values = [row[prefix + name] for name in names]
    for place, field in fields:
        values[place] = field.from_db_value(values[place], None, connection)
    return model.from_db("default", names, values)


def rows(sql: str, values: Sequence[Any]) -> list[Row]:
    """What the statement returns, by the names of its columns. Raises Django's database errors."""
    with _cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def change(sql: str, values: Sequence[Any]) -> int:
    """How many rows the statement changed."""
    with _cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


@cache
def _fields(model: type[Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """The names of all; by their places those whose values the database has in another form."""
    fields: Sequence[Field[Any, Any]] = model._meta.concrete_fields
    converted = [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converted


def _cursor() -> CursorWrapper:
    connection.ensure_connection()
    cursor: Any = _Preparing(connection.connection)
    return (connection.make_debug_cursor if connection.queries_logged else connection.make_cursor)(cursor)


class _Preparing(Cursor[Any]):
    """Prepares each statement at its first use. All others of the connection, Django's, stay as they were:
    their texts hold their values, and are not to be remembered.

    One that returns a column which a migration has changed meanwhile is prepared anew. Within a transaction
    it fails, and the ROLLBACK forgets all of the connection.
    """

    def execute(self, query: Any, params: Params | None = None, **options: Any) -> "_Preparing":
        self.connection.prepare_threshold = 0
        try:
            return self._execute_prepared(query, params, options)
        finally:
            self.connection.prepare_threshold = None

    def _execute_prepared(self, query: Any, params: Params | None, options: dict[str, Any]) -> "_Preparing":
        prepared = {**options, "prepare": True}
        try:
            return super().execute(query, params, **prepared)
        except FeatureNotSupported:  # cached plan must not change result type
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            super().execute("DEALLOCATE ALL", prepare=False)
            return super().execute(query, params, **prepared)
