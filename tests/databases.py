"""Databases of their own for processes that tests start: copies of one that was migrated once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier

MIGRATE_SECONDS = 120


@contextmanager
def migrated_database() -> Iterator[str]:
    """The name of a database with all migrations, to be copied and never connected to."""
    with _created("template", SQL("")) as name:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            env={**os.environ, "DATABASE_URL": _url(name)},
            check=True,
            timeout=MIGRATE_SECONDS,
        )
        yield name


@contextmanager
def database(template: str) -> Iterator[str]:
    """The URL of a fresh copy, dropped at the end whoever is still connected."""
    with _created("copy", SQL("TEMPLATE {}").format(Identifier(template))) as name:
        yield _url(name)


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a database without a table."""
    with _created("empty", SQL("")) as name:
        yield _url(name)


@contextmanager
def _created(kind: str, options: Composable) -> Iterator[str]:
    name = f"chatbot_{kind}_{uuid4().hex[:12]}"
    _execute(SQL("CREATE DATABASE {} {}").format(Identifier(name), options))
    try:
        yield name
    finally:
        _execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _execute(statement: Composed) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


def _url(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
