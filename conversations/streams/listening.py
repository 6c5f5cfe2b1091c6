"""What a person's streams may hear: the domain's half of the stream views."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest

from conversations.identity.credentials import Caller, Credential, credential_of
from conversations.models import Conversation, Message
from conversations.reading.cursors import PATIENCE, PAUSE, lacks_position, live_position
from conversations.streams.lookups import find
from conversations.streams.stream_thread import aside
from conversations.telling.events import message_event, message_object
from streaming.answer import Answer
from streaming.event import Event
from streaming.feed import Feed
from streaming.problem import RefusedError, problem

P = ParamSpec("P")
T = TypeVar("T")
AWAY = "The database can't be reached right now. Nothing is lost: try again in a moment."
DEADLINE = 10.0
UNSAID = {
    "status": Message.Status.STREAMING.value,
    "text": "",
    "html": "",
    "next_index": 0,
    "citations": [],
    "error": None,
}


async def feed_of(request: HttpRequest) -> Feed:
    """All of the caller's events, or those of one conversation (`?conversation=`)."""
    credential, caller = await _known(request)
    narrowed = request.GET.get("conversation")
    match: dict[str, str] = {}
    if narrowed is not None:
        match = {"conversation": await _read(_conversation, caller, narrowed)}
    return Feed(caller.channel, caller.generation, match, credential)


async def answer_of(request: HttpRequest, reply_id: UUID) -> Answer:
    """A reply that is being said and has no position yet is read again, for 1 s at most."""
    credential, caller = await _known(request)
    feed = Feed(caller.channel, caller.generation, {"message": str(reply_id)}, credential)
    deadline = time.monotonic() + PATIENCE
    while True:
        answer, is_placed = await _read(_answer, caller, reply_id, feed)
        if is_placed or time.monotonic() > deadline:
            return answer
        await asyncio.sleep(PAUSE)


async def _known(request: HttpRequest) -> tuple[Credential, Caller]:
    credential = credential_of(request)
    caller = None if credential is None else await _in_time(find(credential))
    if credential is None or caller is None:
        refused = problem(401, "not_authenticated", "Sign in, or send a valid bearer token.")
        refused["WWW-Authenticate"] = "Bearer"
        raise RefusedError(refused)
    return credential, caller


async def _read(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await _in_time(aside(read, *args, **kwargs))


async def _in_time(reading: Awaitable[T]) -> T:
    """Raises RefusedError (503) when the database is away, or says nothing for 10 s."""
    try:
        async with asyncio.timeout(DEADLINE):
            return await reading
    except (DatabaseError, TimeoutError) as error:
        raise RefusedError(problem(503, "database_unavailable", AWAY, retry_after=2)) from error


def _conversation(caller: Caller, text: str) -> str:
    identity = _identity(text)
    if not Conversation.objects.filter(owner=caller.user_id, deleted_at=None, pk=identity).exists():
        raise _missing("conversation")
    return str(identity)


def _answer(caller: Caller, reply_id: UUID, feed: Feed) -> tuple[Answer, bool]:
    # Before the row is read: what happens to it after that lies behind this position.
    live = live_position(caller.channel)
    mine = Message.objects.filter(conversation__owner=caller.user_id, conversation__deleted_at=None)
    reply = mine.filter(pk=reply_id, role=Message.Role.ASSISTANT).first()
    if reply is None:
        raise _missing("reply")
    start = reply.started_position or (None if reply.is_finished else live)
    answer = Answer(feed, start, reply.attempt, reply.is_finished, retold(caller.channel, reply))
    return answer, not lacks_position(reply)


def retold(channel: str, reply: Message) -> list[Event]:
    """The reply as it stands, as the events that would have told it; nothing has happened to a queued one."""
    now = message_object(reply, _siblings(reply))
    if not reply.is_finished:
        has_begun = reply.status != Message.Status.QUEUED
        return [message_event("reply.started", channel, now)] if has_begun else []
    return [
        message_event("reply.started", channel, {**now, **UNSAID}),
        Event(channel, "reply.delta", _whole(now)),
        message_event("reply.finished", channel, now),
    ]


def _whole(message: dict[str, object]) -> dict[str, object]:
    said = {name: message[name] for name in ("conversation_id", "attempt", "text", "html")}
    return {**said, "message_id": message["id"], "index": 0, "open": 0}


def _siblings(reply: Message) -> list[UUID]:
    return list(Message.objects.filter(parent=reply.parent_id).order_by("seq").values_list("pk", flat=True))


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _missing("conversation") from error


def _missing(what: str) -> RefusedError:
    return RefusedError(problem(404, "not_found", f"There is no such {what}."))
