import json
from typing import Any

import httpx

from tests.no_tls import NO_TLS
from tests.reader.sse import Event, Parser


def listen(base_url: str, token: str, *, after: str, until: str = "reply.finished") -> list[Event]:
    """What a plain client hears that resumes there, without any rules: up to the first event of that type."""
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": after}
    parser, heard = Parser(), list[Event]()
    with httpx.stream("GET", f"{base_url}/api/events", headers=headers, timeout=20, verify=NO_TLS) as answer:
        for piece in answer.iter_raw():
            heard += parser.feed(piece)
            if until in [event.type for event in heard]:
                return heard
    raise AssertionError(f"the stream ended without {until}")


def words(events: list[Event], reply: str) -> str:
    """What the deltas of one reply say, joined."""
    said: list[dict[str, Any]] = [json.loads(event.data) for event in events if event.type == "reply.delta"]
    return "".join(delta["text"] for delta in said if delta["message_id"] == reply)
