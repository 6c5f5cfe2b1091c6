"""What a bot is: one object with `markdown` and `answer`, named in `settings.BOTS`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
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
class Turn:
    """One earlier message; `role` is `user` or `assistant`."""

    role: str
    text: str


@dataclass(frozen=True)
class Question:
    """What is asked now, and the conversation before it: oldest first, the question itself not in it."""

    text: str
    history: tuple[Turn, ...]
    user_id: int
    conversation_id: UUID


class Bot(Protocol):
    """Answers many questions at once, on one event loop: it keeps nothing of a question in itself.

    `answer` yields text and citations as they come to it. What it yields as text is the answer, joined,
    to the last character. It may be closed at any yield or cancelled at any await, and must not block
    the loop. `BotError` ends the answer with a reason for the user; any other exception with a general one.
    """

    markdown: bool
    """Whether what it says is Markdown, or text to be shown as it is."""

    def answer(self, question: Question) -> AsyncIterator[str | Citation]: ...
