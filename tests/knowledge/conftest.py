from pathlib import Path

import pytest
from django.test import Client

from chatbot.knowledge.ingest import ingest
from conversations.models import User
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
