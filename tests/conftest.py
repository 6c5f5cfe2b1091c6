from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conversations.models import User
from tests.brokers import Broker, embedded, kafka
from tests.browsers import chromium
from tests.databases import database, migrated_database
from tests.stack import Stack

# The slowest first: then no process is left alone with a long one at the end.
SLOWEST = ("chaos", "faults", "end_to_end", "bench", "local", "clients", "page", "worker", "web")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.path.parent.name))


def rank(folder: str) -> int:
    return SLOWEST.index(folder) if folder in SLOWEST else len(SLOWEST)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie")


@pytest.fixture(scope="session")
def real_kafka() -> Iterator[Broker]:
    """One for the whole session, started when the first test wants it."""
    with kafka() as broker:
        yield broker


@pytest.fixture(scope="session", params=["embedded", "kafka"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Every test that asks for this runs twice: on the in-process broker and on Apache Kafka."""
    if request.param == "embedded":
        return embedded()
    found: Broker = request.getfixturevalue("real_kafka")
    return found


@pytest.fixture(scope="session")
def embedded_broker() -> Broker:
    """The in-process one, for what no broker makes a difference to."""
    return embedded()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: Playwright keeps a loop running in this thread, where async tests want theirs."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    with migrated_database() as name:
        yield name


@pytest.fixture(scope="module")
def stack(broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One web process and one worker, shared by a module; on both brokers."""
    with database(template) as url, Stack(tmp_path_factory.mktemp("stack"), broker, url) as stack:
        yield stack


@pytest.fixture
def own_stack(broker: Broker, template: str, tmp_path: Path) -> Iterator[Stack]:
    """One to kill and to restart: a test's own."""
    with database(template) as url, Stack(tmp_path, broker, url) as stack:
        yield stack
