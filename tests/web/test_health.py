"""Readiness is told within seconds, whatever PostgreSQL does."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest

from chatbot import health
from chatbot.health import AWAY, READ_ONLY, SILENT, DatabaseLook

pytestmark = pytest.mark.anyio
LOOK = "import django; django.setup(); from chatbot.health import look; print(look())"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Silent:
    """A PostgreSQL that takes a question, and answers when it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.let_go = threading.Event()

    def __call__(self) -> str:
        self.asked += 1
        self.let_go.wait(30)
        return ""


async def test_a_database_that_never_answers_is_told_in_time_and_asked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    silent = Silent()
    looking = DatabaseLook(silent)

    begun = time.monotonic()
    troubles = await asyncio.gather(*[looking.trouble() for _ in range(100)])
    troubles += [await looking.trouble()]
    took = time.monotonic() - begun
    silent.let_go.set()

    assert set(troubles) == {SILENT}
    assert silent.asked == 1
    assert took < 2


async def test_it_is_ready_again_once_postgresql_answers() -> None:
    silent = Silent()
    looking = DatabaseLook(silent)
    silent.let_go.set()

    assert [await looking.trouble(), await looking.trouble()] == ["", ""]
    assert silent.asked == 2


@pytest.mark.parametrize(
    ("query", "trouble"),
    [("", ""), ("options=-c%20default_transaction_read_only%3Don", READ_ONLY)],
    ids=["a primary", "a standby"],
)
def test_a_postgresql_that_takes_no_changes_is_no_good(query: str, trouble: str) -> None:
    url = urlsplit(os.environ["DATABASE_URL"])

    assert looked(url._replace(query="&".join(filter(None, [url.query, query]))).geturl()) == trouble


def test_a_postgresql_that_is_not_there_is_told() -> None:
    assert looked("postgresql://nobody@127.0.0.1:1/none") == AWAY


def looked(url: str) -> str:
    environ = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "chatbot.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()
