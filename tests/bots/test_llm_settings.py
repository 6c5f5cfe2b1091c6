"""A model that can't be asked stops the start with a sentence, where it is the bot."""

import os
import re
import subprocess
import sys

import pytest

from chatbot.bots.llm.endpoint import Endpoint, EndpointError

LOCAL = "http://localhost:11434/v1"


@pytest.mark.parametrize(
    "fine",
    [
        Endpoint("openai:gpt-6-luna", api_key="sk-1"),
        Endpoint("openai-responses:gpt-6-luna", api_key="sk-1"),
        Endpoint("llama3.2:3b", LOCAL),
        Endpoint("mistral:7b", LOCAL),
        Endpoint("Qwen/Qwen3-8B", "https://models.example.org:8443/v1/", "token"),
    ],
)
def test_what_names_a_model_is_taken(fine: Endpoint) -> None:
    fine.check()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Endpoint(""), "LLM_MODEL is not set"),
        (Endpoint("", LOCAL), "LLM_MODEL is not set"),
        (Endpoint("a model", LOCAL), "LLM_MODEL must be"),
        (Endpoint("gpt-6-luna", api_key="sk-1"), "provider:name .* set LLM_BASE_URL"),
        (Endpoint("llama3.2:3b", api_key="sk-1"), "provider:name .* set LLM_BASE_URL"),
        (Endpoint("openai:", api_key="sk-1"), "provider:name"),
        (Endpoint("openai:gpt-6-luna"), "LLM_API_KEY is not set, and openai wants one"),
        (Endpoint("openai:gpt-6-luna", api_key="sk 4711"), "LLM_API_KEY must be"),
        (Endpoint("openai:gpt-6-luna", api_key="sk-4711\r\nX: y"), "LLM_API_KEY must be"),
        (Endpoint("mistral:large", api_key="sk-1"), r'pip install "pydantic-ai-slim\[mistral\]"'),
        (Endpoint("google:gemini", api_key="sk-1"), r'pip install "pydantic-ai-slim\[google\]"'),
        (Endpoint("m", "localhost:11434/v1"), "LLM_BASE_URL must be"),
        (Endpoint("m", "ftp://localhost/v1"), "LLM_BASE_URL must be"),
        (Endpoint("m", "http:///v1"), "LLM_BASE_URL must be"),
        (Endpoint("m", "http://localhost:99999/v1"), "LLM_BASE_URL must be"),
        (Endpoint("m", "http://alice:4711@localhost/v1"), "LLM_BASE_URL must be"),
        (Endpoint("m", "http://localhost/v1?key=4711"), "LLM_BASE_URL must be"),
        (Endpoint("m", "http://localhost/ v1"), "LLM_BASE_URL must be"),
    ],
)
def test_what_names_none_is_refused_with_the_reason(wrong: Endpoint, why: str) -> None:
    with pytest.raises(EndpointError, match=why) as refused:
        wrong.check()

    assert "4711" not in str(refused.value)


def test_a_key_is_in_no_trace() -> None:
    assert "sk-4711" not in repr(Endpoint("m", LOCAL, "sk-4711"))


def started(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that reads the settings and then does this."""
    command = [sys.executable, "-c", f"import django, sys; django.setup(); {code}"]
    given = {**os.environ, "BOT": "", "LLM_MODEL": "", "LLM_BASE_URL": "", "LLM_API_KEY": "", **environ}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("environ", [{"BOT": "llm"}, {"LLM_MODEL": "llama3.2:3b"}])
def test_a_start_with_a_model_that_cannot_be_asked_is_refused_with_a_sentence(
    environ: dict[str, str],
) -> None:
    done = started("", **environ)

    assert done.returncode != 0
    assert re.search(r"ImproperlyConfigured: LLM_MODEL is .* \(BOT is llm; see \.env\.example\)", done.stderr)


def test_three_variables_make_the_model_the_bot_that_names_what_it_answers() -> None:
    say_both = "from django.conf import settings; print(settings.BOT, settings.TITLES)"

    done = started(say_both, LLM_MODEL="llama3.2:3b", LLM_BASE_URL=LOCAL, LLM_API_KEY="none")

    assert done.stdout.split() == ["llm", "chatbot.bots.llm.title.title_of"]


def test_who_asks_no_model_does_not_import_what_asks_models() -> None:
    modules = "chatbot.asgi, chatbot.worker.worker, chatbot.bots.llm.bot"

    done = started(
        f"import {modules}; print('pydantic_ai' in sys.modules)", LLM_MODEL="wrong", BOT="knowledge"
    )

    assert done.stdout.strip() == "False"


def test_who_wants_no_titles_by_a_model_says_so() -> None:
    say_titles = "from django.conf import settings; print([settings.TITLES])"

    done = started(say_titles, LLM_MODEL="llama3.2:3b", LLM_BASE_URL=LOCAL, TITLES="off")

    assert done.stdout.strip() == "['']"
