"""A message as its template shows it; static/js/message.js makes the same of it."""

import re
from typing import Any

from conversations.models import Message

HERE_OR_THE_WEB = re.compile(r"https?://|/(?!/)")
SILENT = {"failed": "The answer could not be finished.", "cancelled": "Stopped."}
BLANK = {
    role: {"id": "", "role": role, "status": "", "text": "", "html": "", "is_finished": True}
    for role in ("user", "assistant")
}

Object = dict[str, Any]


def shown(message: Object) -> Object:
    return {
        **message,
        "is_finished": message["status"] not in Message.UNFINISHED,
        "tail": _tail(message["text"], message["open"]),
        "note": message["error"] or SILENT.get(message["status"], ""),
        "sources": [_source(citation) for citation in message["citations"]],
    }


def _tail(text: str, units: int) -> str:
    """The end of the text, as many UTF-16 code units long."""
    encoded = text.encode("utf-16-le")
    return encoded[len(encoded) - 2 * units :].decode("utf-16-le")


def _source(citation: Object) -> Object:
    is_safe = HERE_OR_THE_WEB.match(citation["url"])
    return {
        "number": citation["number"],
        "name": citation["title"] or citation["source"],
        "href": citation["url"] if is_safe else None,
        "quote": citation["quote"],
    }
