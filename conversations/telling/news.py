"""Readers are told of each change: after its commit, and by the sweep until the broker has it."""

import json
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from conversations.models import Conversation, Message, User
from conversations.telling.acknowledgements import Rev, acknowledged
from conversations.telling.events import (
    Siblings,
    conversation_event,
    conversation_object,
    message_event,
    message_objects,
)
from streaming import publishing
from streaming.broker.errors import RecordTooLargeError
from streaming.broker.publisher import Ack, AckOrRefusal, Headers
from streaming.configuration import CONTROL, INCOMING
from streaming.event import Event
from streaming.feed import END_OF_CHANNEL
from streaming.trace import request_id

Row = Message | Conversation


def announce(*rows: Row, siblings: Siblings | None = None) -> None:
    """After the commit, publishes these rows as they are now in memory. `siblings`, where they are known.

    Best effort: a row stays marked until the broker has acknowledged its `rev`, and what stays marked for
    two seconds is published by a worker's sweep.
    """
    transaction.on_commit(lambda: publish(rows, siblings), robust=True)


def publish(rows: Sequence[Row], siblings: Siblings | None = None) -> None:
    messages = [row for row in rows if isinstance(row, Message)]
    for message, data in zip(messages, message_objects(messages, siblings), strict=True):
        _tell_message(message, data)
    for conversation in (row for row in rows if isinstance(row, Conversation)):
        event = conversation_event(conversation.owner_channel, conversation_object(conversation))
        publishing.tell(event, _marks_told(conversation))


def tell_now(event: Event, row: Row, on_ack: Callable[[Ack], None]) -> bool:
    """Publishes an event that was made of this very row; False while the publisher is full."""
    marks_told = _marks_told(row)

    def hear(ack: Ack) -> None:
        marks_told(ack)
        on_ack(ack)

    return publishing.tell(event, hear)


def ring(conversation_id: UUID, reply_id: UUID) -> None:
    """After the commit, tells the workers that this conversation has work; their sweep is the net."""
    key = str(conversation_id)
    value = json.dumps({"conversation_id": key, "reply_id": str(reply_id)})
    request = request_id()
    headers: Headers = [] if request is None else [("request", request)]
    transaction.on_commit(lambda: _send_doorbell(key, value, headers), robust=True)


def call_off(conversation_id: UUID, reply_id: UUID) -> None:
    """After the commit, tells the workers that this reply is marked; the next heartbeat is the net."""
    key, value = str(conversation_id).encode(), json.dumps({"cancel": str(reply_id)}).encode()
    transaction.on_commit(lambda: _send_control(key, value), robust=True)


def end_streams(user: User) -> None:
    """Ends this user's open streams: those opened with credentials up to now."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])
    labels = {"generation": str(user.session_generation)}
    event = Event(user.channel, END_OF_CHANNEL, {}, labels)
    transaction.on_commit(lambda: publishing.tell_surely(event), robust=True)


def _tell_message(message: Message, data: dict[str, object]) -> None:
    request = message.request_id
    event = message_event(_kind(message), message.conversation.owner_channel, data, request=request)
    # Readers who meet no text read the message itself.
    slim = message_event(event.type, event.channel, {**data, "text": None, "html": None}, request=request)
    marks_told = _marks_told(message)

    def tell_slim() -> None:
        publishing.tell(slim, marks_told)

    try:
        publishing.tell(event, AckOrRefusal(marks_told, tell_slim))
    except RecordTooLargeError:
        tell_slim()


def _kind(message: Message) -> str:
    if message.role == Message.Role.ASSISTANT and message.is_finished:
        return "reply.finished"
    return "message.created" if message.rev == 1 else "message.updated"


def _marks_told(row: Row) -> Callable[[Ack], None]:
    told = Rev(type(row), row.pk, row.rev)
    return lambda ack: acknowledged(told)


def _send_doorbell(key: str, value: str, headers: Headers) -> None:
    publishing.send(INCOMING, key.encode(), value.encode(), headers=headers)


def _send_control(key: bytes, value: bytes) -> None:
    publishing.send(CONTROL, key, value)
