"""A pytest plugin: PostgreSQL and a broker for the session, before Django reads its settings.

With DATABASE_URL or KAFKA_BOOTSTRAP_SERVERS set, those are used.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatbot.local.broker import EmbeddedBroker
from chatbot.local.postgres import EmbeddedPostgres

services = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    os.environ.setdefault("SECRET_KEY", "of the tests, and kept by nobody")
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start_postgres()
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        start_broker()


def pytest_unconfigure() -> None:
    services.close()


def start_postgres() -> str:
    folder = services.enter_context(tempfile.TemporaryDirectory(prefix="chatbot-tests-"))
    postgres = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
    postgres.start()
    services.callback(postgres.stop)
    return postgres.url


def start_broker() -> None:
    broker = EmbeddedBroker()
    broker.start()
    services.callback(broker.stop)
    os.environ.update(broker.environ)
