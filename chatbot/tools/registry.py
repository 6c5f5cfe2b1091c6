"""The tools that `settings.TOOLS` names (of each its function's dotted path), and those of MCP servers."""

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from chatbot.tools.described import Tool, ToolDefinitionError, describe
from streaming.current import Current

served = Current[Callable[[], Mapping[str, Tool]]]()
install = served.install


def tools() -> Mapping[str, Tool]:
    """By their names; our own before others. Raises ImproperlyConfigured for one that can't be had."""
    own, others = _tools(tuple(settings.TOOLS.items())), served.get()
    if others is None:
        return own
    return {**own, **{name: tool for name, tool in others().items() if name not in own}}


@cache
def _tools(named: tuple[tuple[str, str], ...]) -> Mapping[str, Tool]:
    return {name: _tool(name, path) for name, path in named}


def _tool(name: str, path: str) -> Tool:
    try:
        return describe(name, import_string(path))
    except (ImportError, ToolDefinitionError) as error:
        raise ImproperlyConfigured(f"settings.TOOLS: {name} ({path}) is no tool: {error}") from error
