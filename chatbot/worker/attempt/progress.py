from typing import Any

from chatbot.bots.protocol import Citation, Usage
from chatbot.markdown.blocks import Blocks, Elsewhere, PlainBlocks
from chatbot.markdown.plain import plain
from chatbot.storable import storable
from conversations.answers.heartbeats import Snapshot
from conversations.answers.outcome import Outcome
from conversations.answers.replies import Claim
from conversations.models import Message
from streaming.event import Event

MOST_CHARACTERS = 200_000
MOST_CITATIONS = 1_000
LARGEST_NUMBER = 2**31 - 1
LONGEST_ERROR = 2_000
LONGEST_USAGE = 500
TOKENS = ("input_tokens", "output_tokens")
FIRST = "first_token_ms"
COUNTS = (*TOKENS, FIRST)
TOO_LONG = f"The answer was cut off at {MOST_CHARACTERS:,} characters."
TOO_MANY_SOURCES = "The answer was cut off: it named more sources than it can hold."


class TooLongError(Exception):
    """The bot said more than an answer may hold; what fits is kept. Its text is for the user."""


class Progress:
    """What an attempt has said so far, and how much of that is in deltas. For the loop's thread.

    `elsewhere` is where blocks of Markdown are rendered that would take the loop too long.
    """

    def __init__(self, claim: Claim, *, markdown: bool, elsewhere: Elsewhere | None = None) -> None:
        self._claim = claim
        # The same in every delta: an answer has thousands.
        self._channel = claim.reply.conversation.owner_channel
        self._place = _place(claim.reply)
        self._labels = _labels(claim.reply)
        self._blocks = Blocks(_name(claim.reply), elsewhere) if markdown else PlainBlocks()
        self._untold: list[str] = []
        self._length = 0
        self._next_index = 0
        self._citations: list[dict[str, object]] = []
        self._cited = 0
        # Of the attempts before, which a question to a person ended.
        self._before: dict[str, Any] | None = claim.reply.usage
        self._usage = self._before

    def say(self, text: str) -> None:
        """Raises TooLongError beyond 200,000 characters."""
        room = MOST_CHARACTERS - self._length
        said = text[:room]
        self._length += len(said)
        if said:
            self._untold.append(storable(said))
        if len(text) > room:
            raise TooLongError(TOO_LONG)

    def cite(self, citation: Citation) -> None:
        """Raises TypeError or ValueError for one that is none, and TooLongError beyond 1,000 of them, or
        200,000 characters in all.
        """
        texts = {name: _text(citation, name) for name in ("title", "source", "url", "quote")}
        self._cited += sum(map(len, texts.values()))
        if len(self._citations) == MOST_CITATIONS or self._cited > MOST_CHARACTERS:
            raise TooLongError(TOO_MANY_SOURCES)
        self._citations.append({"number": _number(citation), **texts})

    def use(self, usage: Usage) -> None:
        """Replaces what this attempt used so far. Raises TypeError or ValueError for a usage that is none."""
        texts = {name: _text(usage, name)[:LONGEST_USAGE] for name in ("model", "failure")}
        counts = {name: _count(usage, name) for name in COUNTS if getattr(usage, name) is not None}
        used = {name: value for name, value in {**texts, **counts}.items() if value != ""}
        self._usage = _together(self._before or {}, used)

    @property
    def has_words(self) -> bool:
        return bool(self._all.strip())

    @property
    def has_untold(self) -> bool:
        return bool(self._untold)

    def next_delta(self) -> Event:
        """All that is new, as one event; from now on it counts as told."""
        text = "".join(self._untold)
        html = self._blocks.feed(text)
        self._untold.clear()
        delta = self._delta(text, html)
        self._next_index += 1
        return delta

    def snapshot(self, position: str | None) -> Snapshot:
        blocks = self._blocks
        return Snapshot(
            id=self._claim.id,
            attempt=self._claim.attempt,
            text=blocks.text,
            html=blocks.html,
            open=blocks.open,
            next_index=self._next_index,
            position=position,
            usage=self._usage,
        )

    def outcome(self, status: Message.Status, error: str = "") -> Outcome:
        return Outcome(
            status=status,
            text=self._blocks.text,
            html=self._blocks.finish(),
            next_index=self._next_index,
            citations=self._citations,
            error=storable(error[:LONGEST_ERROR]),
            usage=self._usage,
        )

    def plain_outcome(self, status: Message.Status, error: str) -> Outcome:
        """When rendering fails: all that was said, as it is."""
        return Outcome(
            status=status,
            text=self._all,
            html=plain(self._all),
            next_index=self._next_index,
            citations=self._citations,
            error=error,
            usage=self._usage,
        )

    @property
    def _all(self) -> str:
        return self._blocks.text + "".join(self._untold)

    def _delta(self, text: str, html: str | None) -> Event:
        data: dict[str, object] = {**self._place, "index": self._next_index, "text": text}
        if html is not None:
            data |= {"html": html, "open": self._blocks.open}
        return Event(self._channel, "reply.delta", data, self._labels)


def _name(reply: Message) -> str:
    """As good as its own among the answers of a page: the random end of its id."""
    return reply.pk.hex[-12:]


def _place(reply: Message) -> dict[str, object]:
    identity = {"conversation_id": str(reply.conversation_id), "message_id": str(reply.pk)}
    return {**identity, "attempt": reply.attempt}


def _labels(reply: Message) -> dict[str, str]:
    conversation, message = str(reply.conversation_id), str(reply.pk)
    labels = {"conversation": conversation, "message": message, "attempt": str(reply.attempt)}
    return labels if reply.request_id is None else {**labels, "request": reply.request_id}


def _number(citation: Citation) -> int:
    return _whole(citation.number, "a citation's number")


def _count(usage: Usage, name: str) -> int:
    return _whole(getattr(usage, name), f"a usage's {name}")


def _whole(value: object, what: str) -> int:
    if type(value) is not int:
        raise TypeError(f"{what} is an int, not {type(value).__name__}")
    if not 0 <= value <= LARGEST_NUMBER:
        raise ValueError(f"{what} is from 0 to {LARGEST_NUMBER:,}")
    return value


def _together(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What two attempts took: tokens add up, and the first word is the earlier one's."""
    told = [name for name in TOKENS if name in before or name in now]
    tokens = {name: before.get(name, 0) + now.get(name, 0) for name in told}
    first = {FIRST: before[FIRST]} if FIRST in before else {}
    return {**now, **tokens, **first}


def _text(part: Citation | Usage, name: str) -> str:
    value = getattr(part, name)
    if not isinstance(value, str):
        raise TypeError(f"a {type(part).__name__.lower()}'s {name} is a str, not {type(value).__name__}")
    return storable(value)
