"""The whole service of one machine dies, and with it the broker, which keeps nothing."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.end_to_end.test_answers import script
from tests.local.copy import Copy
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.waiting import wait_until


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    copy = Copy(tmp_path / "data", free_port())
    copy.start_and_wait()
    return copy


class Person:
    """Somebody who asks, and reads what was answered, at whichever copy."""

    def __init__(self, copy: Copy) -> None:
        self._token = copy.manage("createtoken", "alice", "--create-user")

    def asks(self, copy: Copy, text: str) -> str:
        """The id of the conversation."""
        with self._at(copy) as http:
            conversation = str(http.post("/conversations", json={"bot": "script"}).json()["id"])
            said = {"text": text, "client_message_id": str(uuid4())}
            http.post(f"/conversations/{conversation}/messages", json=said).raise_for_status()
        return conversation

    def reads(self, copy: Copy, conversation: str) -> str:
        with self._at(copy) as http:
            return str(http.get(f"/conversations/{conversation}/messages").json()["items"][-1]["text"])

    def _at(self, copy: Copy) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.Client(
            base_url=f"http://127.0.0.1:{copy.port}/api", headers=headers, timeout=10, verify=NO_TLS
        )


def test_what_was_unanswered_when_all_of_it_was_killed_is_answered_after_the_next_start(copy: Copy) -> None:
    alice = Person(copy)
    running = alice.asks(copy, "words=200 rate=20")
    wait_until(lambda: alice.reads(copy, running), what="the first words are kept")
    waiting = alice.asks(copy, "words=3 rate=0.5")
    copy.give_up()

    again = Copy(copy.folder, free_port())
    again.start_and_wait()
    try:
        wait_until(
            lambda: alice.reads(again, waiting) == script(3), 30, what="the answer that had just begun"
        )
        wait_until(lambda: alice.reads(again, running) == script(200), 40, what="the answer cut short")
    finally:
        again.give_up()
