"""What a tool is given and gives, as plain JSON that PostgreSQL can hold."""

import json
from typing import Any

from pydantic_core import PydanticSerializationError, to_jsonable_python

from chatbot.storable import storable

LARGEST = 64_000


class NotPlainError(Exception):
    """A result that can't be kept: its message says why, for the bot."""


def plain_result(value: object) -> Any:
    """Raises NotPlainError for what is no JSON, or more than 64,000 characters of it."""
    return _plain(value, "What it returned")


def plain_arguments(given: object) -> Any:
    """Raises NotPlainError as `plain_result` does."""
    return _plain(given, "What it is called with")


def storable_json(value: Any) -> Any:
    """The same with texts that PostgreSQL can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): storable_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(each) for each in value]
    return value


def _plain(value: object, what: str) -> Any:
    try:
        plain = storable_json(to_jsonable_python(value, inf_nan_mode="null"))
        size = len(json.dumps(plain, ensure_ascii=False))
    except (PydanticSerializationError, ValueError, RecursionError) as error:
        raise NotPlainError(f"{what} is not JSON.") from error
    if size > LARGEST:
        raise NotPlainError(f"{what} is too long: {size:,} characters, and at most {LARGEST:,} fit.")
    return plain
