from dataclasses import dataclass

from conversations.models import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended and everything that was said in it; `usage` is what the reply took, if known."""

    status: Message.Status
    text: str
    html: str
    next_index: int
    citations: list[dict[str, object]]
    error: str = ""
    usage: dict[str, object] | None = None
