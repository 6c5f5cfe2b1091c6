"""A tool as its signature and docstring describe it."""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from string import Formatter
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from chatbot.bots.protocol import ToolError, ToolSpec
from chatbot.tools.plain import storable_json
from chatbot.tools.tool import Kind, Traits, traits_of
from conversations.asking.titles import is_unseen

LONGEST_LABEL = 200
LONGEST_QUESTION = 500
STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=False)


class ToolDefinitionError(TypeError):
    """A function that can't be a tool; says why."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Valid ones: as the function takes them, and as plain JSON with what it was left to decide."""

    values: dict[str, Any]
    plain: dict[str, Any]

    @property
    def digest(self) -> str:
        canonical = json.dumps(self.plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that bots may call by `spec.name`.

    `arguments` raises ToolError, which names what is wrong with those that it is given.
    """

    spec: ToolSpec
    function: Callable[..., Any]
    traits: Traits
    arguments: Callable[[Mapping[str, object]], Arguments]

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    def label(self, arguments: Arguments) -> str:
        written = self.traits.label or self.spec.name.replace("_", " ").capitalize()
        return _one_line(written.format_map(arguments.values), LONGEST_LABEL)


def describe(name: str, function: Callable[..., Any]) -> Tool:
    """Raises ToolDefinitionError for what has no docstring, no context or a parameter without a type."""
    traits, says = traits_of(function), inspect.getdoc(function)
    if not says:
        raise ToolDefinitionError(f"the tool {name} has no docstring, by which a bot knows what it does")
    if traits.kind is Kind.DATABASE and inspect.iscoroutinefunction(function):
        raise ToolDefinitionError(f"the tool {name} is for the database, and so can't be async")
    model = _model(name, function)
    for written in (traits.label, traits.asks if isinstance(traits.asks, str) else ""):
        _check(name, written, model)
    return Tool(ToolSpec(name, says, model.model_json_schema()), function, traits, partial(_checked, model))


def whole_question(text: str) -> str:
    """On one line. Raises ToolError for one that is too long: nobody approves what they were not shown."""
    line = _visible(text)
    if len(line) > LONGEST_QUESTION:
        raise ToolError("This is too long to ask a person about. Use shorter arguments.")
    return line


def _model(name: str, function: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(function, include_extras=True)
    _context, *parameters = inspect.signature(function).parameters.values() or [None]
    fields: dict[str, Any] = {}
    for parameter in parameters:
        assert parameter is not None, "only the context can be missing"
        if parameter.name not in hints or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ToolDefinitionError(f"the tool {name}: its parameter {parameter.name} needs a type")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    if _context is None:
        raise ToolDefinitionError(f"the tool {name} takes no context: its first parameter is a ToolContext")
    return create_model(name, __config__=STRICT, **fields)


def _checked(model: type[BaseModel], given: Mapping[str, object]) -> Arguments:
    try:
        found = model.model_validate(storable_json(given))
    except ValidationError as error:
        wrong = "; ".join(f"{_place(each['loc'])}: {each['msg']}" for each in error.errors()[:10])
        raise ToolError(f"{model.__name__} can't be called with this. {wrong}") from error
    values = {name: getattr(found, name) for name in model.model_fields}
    return Arguments(values, found.model_dump(mode="json"))


def _check(name: str, written: str, model: type[BaseModel]) -> None:
    for _, field, _, _ in Formatter().parse(written):
        if field is not None and re.split(r"[.\[]", field)[0] not in model.model_fields:
            raise ToolDefinitionError(
                f"the tool {name}: {written!r} names {field}, which is no parameter of it"
            )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "arguments"


def _visible(text: str) -> str:
    """On one line, without what hides, or turns around, the rest of it: all that is read is there."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return "".join("\N{REPLACEMENT CHARACTER}" if is_unseen(each) else each for each in line)


def _one_line(text: str, longest: int) -> str:
    line = _visible(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
