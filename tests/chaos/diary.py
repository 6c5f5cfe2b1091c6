"""What one reader went through."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.chaos.door import RefusedError
from tests.reader.transcript import Message, is_finished

ENDLESS = " ".join(f"w{number}" for number in range(1000))


class Diary:
    """Written line by line into a file of `logs`; what a reader must never see is in `wrong`. For one loop.

    `silence` is the longest time in seconds without a byte, counted while the reader was there.
    """

    def __init__(self, name: str, logs: Path) -> None:
        self.name = name
        self.wrong: list[str] = []
        self.reconnects = self.resets = self.rereads = self.events = 0
        self.silence = 0.0
        self._file = (logs / f"reader-{name}.log").open("w")
        self._begun = self._last = time.monotonic()

    def close(self) -> None:
        self._file.close()

    def alive(self) -> None:
        now = time.monotonic()
        self.silence = max(self.silence, now - self._last)
        self._last = now

    def heard(self, kind: str, data: Mapping[str, Any], position: str) -> None:
        self.events += 1
        self.resets += kind == "reset"
        message = data.get("message", data)
        told = (message.get("id") or message.get("message_id"), message.get("attempt"), data.get("index"))
        self._write(kind, position, *told, message.get("status"), message.get("rev"))

    def reread(self, conversation: str, cursor: str | None) -> None:
        self.rereads += 1
        self._write("history", conversation, cursor)

    def trouble(self, url: str, error: Exception) -> None:
        """`error` cost the connection; a refusal should not have come at all."""
        self.reconnects += 1
        self._write("trouble", url, repr(error))
        if isinstance(error, RefusedError):
            self.wrong.append(f"{self.name}: {error}")

    def compare(self, before: Message | None, after: Message | None) -> None:
        """Whether a reply may have gone from one state to the other before this reader's eyes."""
        if after is None or after["role"] != "assistant":
            return
        if not ENDLESS.startswith(after["text"]):
            self.complain(after, f"says {after['text'][-60:]!r} at its end")
        if before and is_finished(before) and _end(before) != _end(after):
            self.complain(after, f"was {before['status']}, and changed after that")

    def complain(self, message: Message, what: str) -> None:
        self.wrong.append(f"{self.name}: reply {message['id']} (attempt {message['attempt']}) {what}")
        self._write("WRONG", self.wrong[-1])

    def _write(self, *words: object) -> None:
        told = " ".join("-" if word is None else str(word) for word in words)
        self._file.write(f"{time.monotonic() - self._begun:8.3f} {told}\n")


def _end(message: Message) -> tuple[Any, ...]:
    return message["status"], message["text"], message["attempt"]
