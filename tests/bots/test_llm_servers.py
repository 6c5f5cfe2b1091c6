"""Servers that speak OpenAI's protocol differ most in how they refuse: what the person is told by each."""

import json

import pytest

from chatbot.bots.llm import backoff
from chatbot.bots.llm.bot import LlmBot
from tests.bots.asking import heard_before_failing
from tests.bots.provider import Provider, Refusal

TOO_LONG = "too long for the model"
UNKNOWN = "is not known there"
PAGE = "<html><title>Error</title></html>"


class PlainBot(LlmBot):
    has_knowledge = False


def error(message: object, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}})


SERVERS = {
    "Ollama, no such model": (404, error('model "small" not found', type="api_error", code=None), UNKNOWN),
    "Ollama, no /v1": (404, "404 page not found", UNKNOWN),
    "vLLM, no such model": (404, error("small does not exist", type="NotFoundError", code=404), UNKNOWN),
    "vLLM, too long": (400, error("The maximum context length is 4096 tokens.", code=400), TOO_LONG),
    "vLLM before": (
        400,
        json.dumps({"message": "The maximum context length is 4096.", "code": 400}),
        TOO_LONG,
    ),
    "llama.cpp": (400, error("It exceeds the available context size", code=400, n_ctx=4096), TOO_LONG),
    "LM Studio": (400, json.dumps({"error": "It is loaded with a context length of only 4096."}), TOO_LONG),
    "a proxy, too long": (413, PAGE, TOO_LONG),
    "a proxy, no server": (502, PAGE, "server failed"),
    "a proxy, by https alone": (308, PAGE, "server is elsewhere"),
    "a gateway, no money": (402, error("Insufficient credits", code=402), "quota of the model is used up"),
    "a gateway, other": (400, error("temperature is not supported", code=400), "does not take this question"),
}


@pytest.mark.parametrize("refusing", SERVERS)
def test_each_is_understood(
    provider: Provider, refusing: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    status, body, sentence = SERVERS[refusing]
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    provider.will(*[Refusal(status, body=body)] * 3)

    said, why = heard_before_failing(PlainBot(), "Where do pigeons sleep?")

    assert "Usage" in said
    assert sentence in why
    assert f"status {status}" in caplog.messages[-1]
