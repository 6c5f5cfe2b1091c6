"""What the service has promised: every message that it acknowledged."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """One acknowledged message; `first_sent` and `acknowledged` are moments of the monotonic clock."""

    conversation: str
    author: str
    client_message_id: str
    message_id: str
    reply_id: str
    text: str
    words: int
    first_sent: float
    acknowledged: float

    @property
    def answer(self) -> str:
        return script(self.words)


@dataclass
class Ledger:
    """`contradictions` are acknowledgements of one message that name different ids."""

    said: list[Said] = field(default_factory=list)
    retried: int = 0
    repeated: int = 0
    contradictions: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    finished: dict[str, float] = field(default_factory=dict)
    _watching: dict[str, list[asyncio.Queue[Said]]] = field(default_factory=lambda: defaultdict(list))

    def watch(self, conversation: str) -> "asyncio.Queue[Said]":
        """All that is said there from now on, as it is acknowledged."""
        queue: asyncio.Queue[Said] = asyncio.Queue()
        self._watching[conversation].append(queue)
        return queue

    def add(self, said: Said) -> None:
        self.said.append(said)
        for queue in self._watching[said.conversation]:
            queue.put_nowait(said)

    def compare(self, said: Said, posted: Mapping[str, Any]) -> None:
        """What a repeated POST was answered must be what it was answered before."""
        self.repeated += 1
        again = (posted["message"]["id"], posted["reply"]["id"])
        if again != (said.message_id, said.reply_id):
            self.contradictions.append(f"message {said.message_id} was acknowledged as {again} too")

    def heard_end(self, reply_id: str) -> None:
        """Some reader has seen the end of this reply: the first one counts."""
        self.finished.setdefault(reply_id, time.monotonic())

    @property
    def slowest(self) -> float:
        """Seconds from the first try of a POST until a reader saw its reply finished."""
        waits = (self.finished[s.reply_id] - s.first_sent for s in self.said if s.reply_id in self.finished)
        return max(waits, default=0.0)


def script(words: int) -> str:
    """What the script bot answers."""
    return " ".join(f"w{number}" for number in range(words))
