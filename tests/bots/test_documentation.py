import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from chatbot.bots.load import load
from tests.bots.asking import heard_before_failing, said

PAGE = Path(__file__).parents[2] / "docs" / "bots.md"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> str:
    """The bot that docs/bots.md shows, as a module that Python finds; returns its source."""
    source = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    module = ModuleType("counting")
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, "counting", module)
    return str(source)


def test_the_bot_of_the_documentation_answers(example: str) -> None:
    assert said(load("counting.CounterBot"), "one two three") == (
        "That has **3** words, and you asked 0 times before."
    )


def test_the_bot_of_the_documentation_fails_with_a_reason(example: str) -> None:
    assert heard_before_failing(load("counting.CounterBot"), "  ") == (
        "",
        "There is nothing to count in this.",
    )


def test_the_bot_of_the_documentation_is_short(example: str) -> None:
    assert len(example.splitlines()) < 20
