"""The tools that `settings.TOOLS` names: of each its function's dotted path."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from chatbot.tools.described import Tool, ToolDefinitionError, describe


def tools() -> Mapping[str, Tool]:
    """By their names. Raises ImproperlyConfigured for one that can't be had."""
    return _tools(tuple(settings.TOOLS.items()))


@cache
def _tools(named: tuple[tuple[str, str], ...]) -> Mapping[str, Tool]:
    return {name: _tool(name, path) for name, path in named}


def _tool(name: str, path: str) -> Tool:
    try:
        return describe(name, import_string(path))
    except (ImportError, ToolDefinitionError) as error:
        raise ImproperlyConfigured(f"settings.TOOLS: {name} ({path}) is no tool: {error}") from error
