"""Which functions are tools, and what is said of those that are none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chatbot.tools.described import ToolDefinitionError, describe
from chatbot.tools.registry import tools
from chatbot.tools.tool import Kind, ToolContext, tool


def silent(context: ToolContext) -> None: ...


def lonely() -> None:
    """Without a context."""


def untyped(context: ToolContext, what: str) -> None:
    """With a parameter of any type."""


del untyped.__annotations__["what"]


def open_ended(context: ToolContext, *what: str) -> None:
    """With any number of arguments."""


@tool(Kind.DATABASE)
async def elsewhere(context: ToolContext) -> None:
    """Of the database, and async."""


@tool(label="Saw {nobody}")
def mislabelled(context: ToolContext, who: str) -> None:
    """With a label of something else."""


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (silent, "has no docstring"),
        (lonely, "takes no context"),
        (untyped, "its parameter what needs a type"),
        (open_ended, "its parameter what needs a type"),
        (elsewhere, "can't be async"),
        (mislabelled, "names nobody, which is no parameter of it"),
    ],
)
def test_what_can_t_be_a_tool_is_refused_with_the_reason(function: Callable[..., Any], why: str) -> None:
    with pytest.raises(ToolDefinitionError, match=why):
        describe("thing", function)


@pytest.mark.parametrize("path", ["tests.nowhere.thing", f"{__name__}.silent"])
def test_a_setting_that_names_no_tool_says_so(settings: Settings, path: str) -> None:
    settings.TOOLS = {"thing": path}

    with pytest.raises(ImproperlyConfigured, match=r"settings\.TOOLS: thing"):
        tools()


def test_a_tool_that_is_not_there_stops_the_start(settings: Settings) -> None:
    settings.TOOLS = {"thing": "tests.nowhere.thing"}

    with pytest.raises(ImproperlyConfigured, match="thing"):
        apps.get_app_config("chatbot").ready()


def test_a_function_that_says_nothing_about_itself_is_called_once() -> None:
    def look(context: ToolContext) -> None:
        """Look."""

    described = describe("look_up", look)

    assert described.traits.kind is Kind.ONCE
    assert described.label(described.arguments({})) == "Look up"


def test_arguments_that_mean_the_same_have_the_same_digest() -> None:
    def look(context: ToolContext, where: str, often: int = 1) -> None:
        """Look."""

    described = describe("look", look)

    one = described.arguments({"often": 1, "where": "here"})
    assert one.digest == described.arguments({"where": "here"}).digest
    assert one.digest != described.arguments({"where": "there"}).digest
