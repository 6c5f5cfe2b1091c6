"""How PostgreSQL would run what was asked of it, in tables as large as those of a service in use."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import connection

from conversations.models import User

MANY = 50_000
Ran = list[tuple[str, Any]]


def make_many(owner: User) -> None:
    """50,000 conversations of one moment, each with a message, as the planner's statistics know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_conversation (id, owner_id, title, bot, last_seq)"
            " SELECT uuidv7(), %s, 'many', 'script', 1 FROM generate_series(1, %s)",
            [owner.pk, MANY],
        )
        cursor.execute(
            "INSERT INTO conversations_message (id, conversation_id, seq, role, status, text, bot, html,"
            " open, next_index, attempt, tries, citations, error)"
            " SELECT uuidv7(), id, 1, 'user', 'complete', 'Hi', '', '', 0, 0, 0, 0, '[]', ''"
            " FROM conversations_conversation WHERE last_seq = 1"
        )
        # First the statistics: planned for tables it holds for empty, each check of a foreign key is a scan.
        cursor.execute("ANALYZE conversations_conversation, conversations_message")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def keep(ran: Ran) -> Callable[..., Any]:
    def run(execute: Callable[..., Any], sql: str, values: Any, *rest: Any) -> Any:
        ran.append((sql, values))
        return execute(sql, values, *rest)

    return run


def is_ours(sql: str) -> bool:
    """It reads or changes conversations or messages, and has a plan."""
    return sql.startswith(("SELECT", "(SELECT", "UPDATE", "\nWITH", "\nUPDATE")) and "conversations_" in sql


def explain(sql: str, values: Any = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, values)
        return sql + "\n".join(row[0] for row in cursor.fetchall())


def generic(sql: str) -> str:
    """The plan for any values: a prepared statement may be run by it."""
    places = count(1)
    return explain(re.sub("%s", lambda _: f"${next(places)}", "(GENERIC_PLAN) " + sql))


def unguided(plan: str) -> list[str]:
    """What it reads whole of messages: the table, an index, or all that an index of few rows holds."""
    lines = plan.splitlines()
    return [
        line
        for line, next_line in zip(lines, [*lines[1:], ""], strict=True)
        if "on conversations_message" in line
        and ("Seq Scan" in line or ("Index" in line and not POINTED.search(next_line)))
    ]


POINTED = re.compile(r"Index Cond: \(.*=")


def rows_read(sql: str, values: list[int] | None = None) -> int:
    """How many rows all steps of its plan went through, those that they passed over too."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, values)
        return _rows(cursor.fetchone()[0][0]["Plan"])


def _rows(step: dict[str, object]) -> int:
    rounds = int(str(step["Actual Loops"]))
    passed = sum(float(str(each)) for name, each in step.items() if name.startswith("Rows Removed"))
    steps = step.get("Plans", [])
    assert isinstance(steps, list)
    return round(rounds * (float(str(step["Actual Rows"])) + passed)) + sum(map(_rows, steps))
