"""Looking at things in the admin."""

from collections.abc import Callable
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.asking.posting import Posted, post_message
from conversations.models import Conversation


def say(conversation: Conversation, text: str, **more: None) -> Posted:
    identity = uuid4()
    return post_message(conversation.owner, conversation.pk, text=text, client_message_id=identity, **more)


def talk(conversation: Conversation, rounds: int) -> None:
    for number in range(rounds):
        say(conversation, f"No. {number}")


def page(client: Client, path: str, **query: str) -> str:
    response = client.get(f"/admin/conversations/{path}", query)
    assert response.status_code == 200
    return response.content.decode()


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)
