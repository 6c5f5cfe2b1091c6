from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.bots.provider import Provider

KEY = "sk-4711"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, settings: Settings) -> Provider:
    """The one that the settings name; it was told nothing yet."""
    server.will()
    settings.LLM_MODEL = "small"
    settings.LLM_BASE_URL = server.base_url
    settings.LLM_API_KEY = KEY
    return server
