"""A message as its template shows it; static/js/message.js makes the same of it."""

import re
from typing import Any

from conversations.answers.open_text import open_text
from conversations.models import Message

HERE_OR_THE_WEB = re.compile(r"https?://|/(?!/)")
SILENT = {"failed": "The answer could not be finished.", "cancelled": "Stopped."}
NOTES = {"failed": "did not work", "declined": "not done", "interrupted": "interrupted"}
BLANK = {
    role: {
        "id": "",
        "conversation_id": "",
        "role": role,
        "status": "",
        "text": "",
        "html": "",
        "is_finished": True,
    }
    for role in ("user", "assistant")
}

Object = dict[str, Any]


def shown(message: Object) -> Object:
    return {
        **message,
        "is_finished": message["status"] not in Message.UNFINISHED,
        "tail": open_text(message["text"], message["open"]),
        "note": message["error"] or SILENT.get(message["status"], ""),
        "calls": [_call(call) for call in message["tools"]],
        "sources": [_source(citation) for citation in message["citations"]],
    }


def _call(call: Object) -> Object:
    return {**call, "text": call["question"] or call["label"], "note": NOTES.get(call["state"], "")}


def _source(citation: Object) -> Object:
    is_safe = HERE_OR_THE_WEB.match(citation["url"])
    return {
        "number": citation["number"],
        "name": citation["title"] or citation["source"],
        "href": citation["url"] if is_safe else None,
        "quote": citation["quote"],
    }
