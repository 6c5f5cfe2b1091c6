"""What a bot is: one object with `markdown` and `answer`, named in `settings.BOTS`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


class BotError(Exception):
    """The answer ends here, for a reason the user is to read: the message is shown to them as it is."""


@dataclass(frozen=True)
class Citation:
    """Where a part of the answer comes from; `number` is the one that stands in the text as `[1]`."""

    number: int
    title: str
    source: str
    url: str
    quote: str


@dataclass(frozen=True)
class Usage:
    """What an answer took so far, as the model's provider counted it; each one replaces the one before.

    None is what nobody told. `first_token_ms` is from the first request of the model to its first word.
    `failure` is for who runs the service: what went wrong, in words that hold neither key nor message.
    """

    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    first_token_ms: int | None = None
    failure: str = ""


@dataclass(frozen=True)
class Thought:
    """Not said to anybody: the bot is at work on its answer, and its time for the next word begins anew."""


Part = str | Citation | Usage | Thought
"""What a bot may yield."""


@dataclass(frozen=True)
class Turn:
    """One earlier message; `role` is `user` or `assistant`."""

    role: str
    text: str


@dataclass(frozen=True)
class ToolSpec:
    """What a bot may call; `parameters` is the JSON Schema of its arguments, an object's."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class ToolCall:
    """A call that an earlier attempt at this answer made, and what came of it: plain JSON values.

    `error` is why there is no result, in a sentence for the bot; empty when there is one.
    """

    ordinal: int
    tool: str
    arguments: Mapping[str, object]
    result: object
    error: str = ""


class ToolError(Exception):
    """The call has no result, and the message says why: for the bot, which may say so or try another way."""


class ToolWaitsError(Exception):
    """A person is asked first. The bot lets it pass: this attempt ends, and another is given the result."""


class Toolbox(Protocol):
    """The tools that a bot may use for one answer, with the rights of the user who asks."""

    @property
    def specs(self) -> Sequence[ToolSpec]: ...

    @property
    def journal(self) -> Sequence[ToolCall]:
        """The calls of earlier attempts that came to an end, in their order."""

    def resume(self) -> Sequence[ToolCall]:
        """The journal, for a bot that goes on from it: what it calls then is called, even the same again.

        Only what was declined, or interrupted so that nobody knows its effect, stays as it is.
        """

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        """The result, a plain JSON value: the journal's, where a bot begins anew and calls the same again.

        Raises ToolError and ToolWaitsError.
        """


class NoTools:
    """A toolbox with nothing in it."""

    specs: Sequence[ToolSpec] = ()
    journal: Sequence[ToolCall] = ()

    def resume(self) -> Sequence[ToolCall]:
        return self.journal

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        raise ToolError(f"There is no tool {tool!r}.")


@dataclass(frozen=True)
class Question:
    """What is asked now, and the conversation before it: oldest first, the question itself not in it."""

    text: str
    history: tuple[Turn, ...]
    user_id: int
    conversation_id: UUID
    tools: Toolbox = field(default_factory=NoTools)


class Bot(Protocol):
    """Answers many questions at once, on one event loop: it keeps nothing of a question in itself.

    `answer` yields text, citations, usage and signs of thought as they come to it. What it yields as text is
    the answer, joined, to the last character. It may be closed at any yield or cancelled at any await, and
    must not block the loop. `BotError` ends the answer with a reason for the user; any other exception with a
    general one.
    """

    markdown: bool
    """Whether what it says is Markdown, or text to be shown as it is."""

    def answer(self, question: Question) -> AsyncIterator[Part]: ...
