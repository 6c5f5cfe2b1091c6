"""The tool that docs/bots.md shows, as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from pytest_django import Settings

from chatbot.bots.protocol import ToolError
from chatbot.tools.registry import tools
from chatbot.tools.tool import ToolContext
from conversations.models import Conversation, User

PAGE = Path(__file__).parents[2] / "docs" / "bots.md"

pytestmark = pytest.mark.django_db


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> str:
    """Its source, which is a module that Python finds, and in the settings."""
    sources = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    source = next(source for source in sources if "@tool(" in source)
    module = ModuleType("finding")
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, "finding", module)
    settings.TOOLS = {"find_conversations": "finding.find_conversations"}
    return str(source)


def found(user: User, word: str) -> object:
    shown = tools()["find_conversations"]
    context = ToolContext(user, UUID(int=0), UUID(int=0), 1, "key")
    return shown.function(context, **shown.arguments({"word": word}).values)


def test_it_finds_what_is_the_user_s_alone(example: str, alice: User, bob: User) -> None:
    Conversation.objects.create(owner=alice, bot="script", title="Plans for May")

    assert found(alice, "plans") == ["Plans for May"]
    with pytest.raises(ToolError, match="None of your conversations"):
        found(bob, "plans")


def test_it_is_described_and_short(example: str) -> None:
    shown = tools()["find_conversations"]

    assert shown.spec.description == "Find the user's conversations by a word of their titles."
    assert shown.spec.parameters["required"] == ["word"]
    assert len(example.splitlines()) < 20
