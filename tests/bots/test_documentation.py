"""The bot that docs/bots.md shows is run as it stands there. What it shows of tools is run with the tools."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pytest_django import Settings

from chatbot.bots.load import load
from chatbot.worker.titles import Exchange, titler
from streaming.event import Event
from tests.bots.asking import heard_before_failing, said
from tests.worker.attempts import attempt, ends
from tests.worker.conftest import anyio_backend, told

__all__ = ["anyio_backend", "told"]
PAGE = Path(__file__).parents[2] / "docs" / "bots.md"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> str:
    """That bot, as a module that Python finds; returns its source."""
    return shown("class CounterBot", "counting", monkeypatch)


def shown(line: str, name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    (source,) = [code for code in snippets() if line in code]
    module = ModuleType(name)
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, name, module)
    return source


def snippets() -> list[str]:
    """What is shown as whole modules; parts of settings and of others are marked `py`."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_bot_of_the_documentation_answers(example: str) -> None:
    assert said(load("counting.CounterBot"), "one two three") == (
        "That has **3** words, and you asked 0 times before."
    )


@pytest.mark.anyio
async def test_the_worker_runs_the_bot_of_the_documentation(example: str, told: list[Event]) -> None:
    outcome = await attempt(load("counting.CounterBot")).run()

    assert ends(outcome) == ("complete", "That has **1** words, and you asked 0 times before.", "")
    assert outcome.html == "<p>That has <strong>1</strong> words, and you asked 0 times before.</p>\n"
    assert [event.type for event in told] == ["reply.delta"] * outcome.next_index


def test_the_bot_of_the_documentation_fails_with_a_reason(example: str) -> None:
    assert heard_before_failing(load("counting.CounterBot"), "  ") == (
        "",
        "There is nothing to count in this.",
    )


@pytest.mark.anyio
async def test_the_documentation_names_a_conversation(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    shown("def title_of", "naming", monkeypatch)
    settings.TITLES = "naming.title_of"

    assert await titler()(Exchange("script", "Why?", "Because. And so on.")) == "Because"


def test_what_the_documentation_shows_is_short(example: str) -> None:
    assert len(example.splitlines()) < 20
    assert [code for code in snippets() if len(code.splitlines()) >= 20] == []
