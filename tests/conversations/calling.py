import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client

from conversations.models import Conversation, Message, User


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def problem(self) -> tuple[int, str]:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return self.status, self.body["code"]

    @property
    def refused(self) -> tuple[int, str, list[str]]:
        return *self.problem, [error["field"] for error in self.body["errors"]]


class Caller:
    """Somebody who calls the API with a session; nobody, without a user."""

    def __init__(self, user: User | None = None, *, client: Client | None = None) -> None:
        self.client = client or Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **query: str | int) -> Answer:
        return _answer(self.client.get(f"/api{path}", query))

    def post(self, path: str, **body: object) -> Answer:
        return self.send("POST", path, body)

    def patch(self, path: str, **body: object) -> Answer:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        return _answer(self.client.delete(f"/api{path}"))

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return _answer(
            self.client.generic(method, f"/api{path}", raw, content_type="application/json", headers=headers)
        )

    def say(self, conversation: Conversation, text: str, **more: object) -> Answer:
        body = {"text": text, "client_message_id": str(uuid4()), **more}
        return self.post(f"/conversations/{conversation.pk}/messages", **body)

    def cancel(self, reply: Message) -> Answer:
        return self.send("POST", f"/messages/{reply.pk}/cancel", b"")


def _answer(response: Any) -> Answer:
    kind = response.headers.get("Content-Type", "")
    body = json.loads(response.content) if "json" in kind and response.content else response.content
    return Answer(response.status_code, body, dict(response.headers))
