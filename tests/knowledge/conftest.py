from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from chatbot.knowledge.embeddings import store
from chatbot.knowledge.embeddings.outage import Outage
from chatbot.knowledge.ingest import ingest
from conversations.models import User
from tests.knowledge.embedder import Embedder, embedder
from tests.knowledge.library import stock


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return stock(tmp_path)


@pytest.fixture
def library(db: None, docs: Path) -> Path:
    """The documents about the ferry, ingested."""
    assert ingest([str(docs)]).errors == []
    return docs


@pytest.fixture
def admin_client(db: None) -> Client:
    """Without a password, which takes a second to hash."""
    client = Client()
    client.force_login(User.objects.create_superuser("charlie"))
    return client


@pytest.fixture
def endpoint(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedder]:
    monkeypatch.setattr("chatbot.knowledge.embeddings.endpoint.FIRST_WAIT", 0.01)
    monkeypatch.setattr(store, "outage", Outage(store.PAUSE))
    store.tell_missing.cache_clear()
    store.look_once.cache_clear()
    with embedder() as found:
        settings.EMBEDDINGS_BASE_URL = found.address
        settings.EMBEDDINGS_MODEL = "small"
        settings.EMBEDDINGS_API_KEY = "secret of the test"
        yield found
