import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx2
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers import Provider, infer_provider_class
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from chatbot.bots.llm.endpoint import Endpoint
from chatbot.bots.llm.whole import whole

CONNECT = 5.0
SHORTER = 0.9
"""The share of the worker's patience after which a silent model is given up: its reason is the better one."""


@asynccontextmanager
async def connected(endpoint: Endpoint, patience: float) -> AsyncIterator[Model]:
    """The model, over connections that are closed at the end: it stops when nobody listens any more."""
    timeout = httpx2.Timeout(patience * SHORTER, connect=min(CONNECT, patience * SHORTER))
    hooks = {"response": [whole]}
    async with httpx2.AsyncClient(timeout=timeout, verify=trust(), event_hooks=hooks) as client:
        yield model(endpoint, client)


@cache
def trust() -> ssl.SSLContext:
    """Made once: it takes 50 ms."""
    return httpx2.create_ssl_context()


def model(endpoint: Endpoint, client: httpx2.AsyncClient) -> Model:
    key = endpoint.api_key
    if endpoint.base_url:
        server = OpenAICompatibleProvider(
            "server", base_url=endpoint.base_url, api_key=key, http_client=client
        )
        return OpenAIChatModel(endpoint.name, provider=server)
    if endpoint.provider == "openai":
        openai = OpenAIProvider(api_key=key, http_client=client)
        return OpenAIChatModel(endpoint.name, provider=openai)

    def provider(name: str) -> Provider[Any]:
        kind: Any = infer_provider_class(name)
        made: Provider[Any] = kind(api_key=key, http_client=client)
        return made

    return infer_model(endpoint.model, provider)
