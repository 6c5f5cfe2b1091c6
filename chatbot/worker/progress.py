from dataclasses import asdict

from chatbot.bots.protocol import Citation
from chatbot.markdown.blocks import Blocks, PlainBlocks
from chatbot.worker.storable import storable
from conversations.heartbeats import Snapshot
from conversations.models import Message
from conversations.replies import Claim, Outcome
from streaming.event import Event

MOST_CHARACTERS = 200_000


class TooLongError(Exception):
    """The bot said more than an answer may hold; what fits is kept."""


class Progress:
    """What an attempt has said so far, and how much of that is in deltas. For the loop's thread."""

    def __init__(self, claim: Claim, *, markdown: bool) -> None:
        self._claim = claim
        self._blocks = Blocks() if markdown else PlainBlocks()
        self._untold: list[str] = []
        self._length = 0
        self._next_index = 0
        self._citations: list[dict[str, object]] = []

    def say(self, text: str) -> None:
        """Raises TooLongError beyond 200,000 characters."""
        room = MOST_CHARACTERS - self._length
        said = text[:room]
        self._length += len(said)
        if said:
            self._untold.append(storable(said))
        if len(text) > room:
            raise TooLongError

    def cite(self, citation: Citation) -> None:
        self._citations.append({name: _storable(value) for name, value in asdict(citation).items()})

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
        )

    def outcome(self, status: Message.Status, error: str = "") -> Outcome:
        return Outcome(
            status=status,
            text=self._blocks.text,
            html=self._blocks.finish(),
            next_index=self._next_index,
            citations=self._citations,
            error=storable(error),
        )

    def _delta(self, text: str, html: str | None) -> Event:
        reply = self._claim.reply
        conversation, message = str(reply.conversation_id), str(reply.pk)
        data: dict[str, object] = {
            "conversation_id": conversation,
            "message_id": message,
            "attempt": reply.attempt,
            "index": self._next_index,
            "text": text,
        }
        if html is not None:
            data |= {"html": html, "open": self._blocks.open}
        labels = {"conversation": conversation, "message": message, "attempt": str(reply.attempt)}
        return Event(reply.conversation.owner_channel, "reply.delta", data, labels)


def _storable(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
