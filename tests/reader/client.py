"""A program that reads its user's events as a good client would: for end-to-end tests.

with Reader("http://127.0.0.1:8001", token) as alice:
    conversation = alice.start(bot="script")
    reply = alice.say(conversation, "words=20 rate=50")
    assert alice.finished(reply)["text"].startswith("w0 w1")
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from tests.no_tls import NO_TLS

from .sse import Event
from .stream import SILENCE, Stream
from .transcript import Message, Transcript, is_finished

T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """An event as it came: `data` is parsed, `id` is the place after it."""

    type: str
    data: dict[str, Any]
    id: str

    @property
    def about(self) -> str:
        """The id of the message it tells of; empty for one that tells of none."""
        return str(self.data.get("message_id") or self.data.get("message", {}).get("id", ""))


class Reader:
    """Hears all of one user's events, and keeps a transcript of each conversation by the client rules.

    What was heard is guarded by one lock; `wait_for` is woken whenever something more was.
    """

    def __init__(self, base_url: str, token: str, *, after: str | None = None, query: str = "") -> None:
        self.heard: list[Heard] = []
        self.http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(10, read=SILENCE),
            trust_env=False,
            verify=NO_TLS,
        )
        self.stream = Stream(self.http, f"/api/events{query}", self._hear, after=after)
        self._transcripts: dict[str, Transcript] = {}
        self._changed = threading.Condition()

    def __enter__(self) -> "Reader":
        self.stream.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stream.stop()
        self.http.close()

    def start(self, **body: str) -> str:
        """The id of a new conversation."""
        return str(self.ask("POST", "/api/conversations", json=body)["id"])

    def say(self, conversation_id: str, text: str, **body: str) -> str:
        """The id of the reply."""
        said = {"text": text, "client_message_id": str(uuid4()), **body}
        posted = self.ask("POST", f"/api/conversations/{conversation_id}/messages", json=said)
        with self._changed:
            for message in (posted["message"], posted["reply"]):
                self._transcript(conversation_id).take(message)
        return str(posted["reply"]["id"])

    def history(self, conversation_id: str) -> dict[str, Any]:
        return self.ask("GET", f"/api/conversations/{conversation_id}/messages", params={"limit": 200})

    def ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer = self.http.request(method, path, **request)
        assert answer.is_success, f"{method} {path} answered {answer.status_code}: {answer.text}"
        body: dict[str, Any] = answer.json()
        return body

    def messages(self, conversation_id: str) -> list[Message]:
        with self._changed:
            return self._transcript(conversation_id).messages

    def message(self, message_id: str) -> Message | None:
        with self._changed:
            found = (transcript.message(message_id) for transcript in self._transcripts.values())
            return next(filter(None, found), None)

    def events(self, message_id: str, *, kind: str | None = None) -> list[Heard]:
        """What was heard of one message, in order."""
        with self._changed:
            return [e for e in self.heard if e.about == message_id and kind in (None, e.type)]

    def finished(self, reply_id: str, *, within: float = 20.0) -> Message:
        def ended() -> Message | None:
            message = self.message(reply_id)
            return message if message is not None and is_finished(message) else None

        return self.wait_for(ended, within=within, what=f"the end of reply {reply_id}")

    def wait_for(
        self, condition: Callable[[], T | None], *, within: float = 20.0, what: str = "the condition"
    ) -> T:
        """The first truthy value of `condition`; AssertionError, naming `what`, after `within` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: condition() or self.stream.refusal, timeout=within)
            value = condition()
        assert value, self.stream.refusal or f"not within {within:g} s: {what} (last: {value!r})"
        return value

    def _hear(self, event: Event, position: str) -> str | None:
        heard = Heard(event.type, json.loads(event.data), position)
        with self._changed:
            self.heard.append(heard)
            lost = self._lost_by(heard)
            self._changed.notify_all()
        return self._reread(lost) if lost else None

    def _lost_by(self, heard: Heard) -> list[str]:
        """The conversations whose history is to be read again, the one that asks for it first."""
        asking = str(heard.data.get("conversation_id", ""))
        about = [self._transcript(asking)] if asking else list(self._transcripts.values())
        if "reread" not in [each.hear(heard.type, heard.data) for each in about]:
            return []
        return sorted(self._transcripts, key=lambda known: known != asking)

    def _reread(self, conversations: list[str]) -> str | None:
        """Raises httpx.HTTPError: then the stream comes back from where it was before this."""
        histories = [self._history_if_any(each) for each in conversations]
        with self._changed:
            for conversation, history in zip(conversations, histories, strict=True):
                self._transcript(conversation).read(history)
            self._changed.notify_all()
        cursor: str | None = histories[0]["cursor"]
        return cursor

    def _history_if_any(self, conversation_id: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/conversations/{conversation_id}/messages", params={"limit": 200})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {"items": [], "cursor": None}
        history: dict[str, Any] = answer.raise_for_status().json()
        return history

    def _transcript(self, conversation_id: str) -> Transcript:
        return self._transcripts.setdefault(conversation_id, Transcript(conversation_id))
