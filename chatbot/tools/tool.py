"""How a function says what it is as a tool, and what it is given when it is called."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from conversations.models import User

F = TypeVar("F", bound=Callable[..., Any])
Question = str | Callable[..., str]


class UnknownEffectError(Exception):
    """For a tool to raise: the call was interrupted, and nobody knows whether it took effect."""


class Kind(Enum):
    """What may be done when nobody knows whether a call took effect: its worker died in the middle."""

    DATABASE = "database"
    """Changes this PostgreSQL alone, in the journal's transaction: it took effect, or did not. Sync."""
    IDEMPOTENT = "idempotent"
    """The same `context.key` again does nothing twice: it is called again."""
    ONCE = "once"
    """Nothing: it is reported, and never repeated by itself."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Who wants it, for which answer; `key` is the same in each attempt at this call, and of no other.

    A tool does what `user` may do: it looks up what it changes through them.
    """

    user: User
    conversation_id: UUID
    reply_id: UUID
    attempt: int
    key: str


@dataclass(frozen=True, slots=True)
class Traits:
    """`asks`: what a person is asked first, out of the arguments; a function of the tool's own parameters may
    look things up for it, or raise ToolError. `label` is the line in the page; `seconds` bound a call.
    """

    kind: Kind = Kind.ONCE
    asks: Question | None = None
    label: str = ""
    seconds: float = 20.0


def tool(
    kind: Kind = Kind.ONCE, *, asks: Question | None = None, label: str = "", seconds: float = 20.0
) -> Callable[[F], F]:
    """Marks a function `(context, …) -> JSON` as a tool; it stays the function that it is."""

    def mark(function: F) -> F:
        function.__dict__["traits"] = Traits(kind, asks, label, seconds)
        return function

    return mark


def traits_of(function: Callable[..., Any]) -> Traits:
    """Those of a function that says nothing are the careful ones."""
    found = getattr(function, "traits", None)
    return found if isinstance(found, Traits) else Traits()
