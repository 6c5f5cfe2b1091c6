from pathlib import Path

import pytest

from chatbot.knowledge.ingest import ingest
from tests.knowledge.library import stock


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return stock(tmp_path)


@pytest.fixture
def library(db: None, docs: Path) -> Path:
    """The documents about the ferry, ingested."""
    assert ingest([str(docs)]).errors == []
    return docs
