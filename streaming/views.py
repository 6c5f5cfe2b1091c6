import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from streaming import counted
from streaming.answer import Answer, AnswerStream
from streaming.delivery import Delivery, current
from streaming.feed import Feed
from streaming.hub import Ends
from streaming.limits import refuse_if_full, refuse_if_too_many
from streaming.problem import RefusedError, problem
from streaming.response import EventStreamResponse
from streaming.sse import frames, opening
from streaming.tail import Tail, locate

RETRY_MS = (1000, 4000)

FeedOf = Callable[[HttpRequest], Awaitable[Feed]]
AnswerOf = Callable[[HttpRequest, UUID], Awaitable[Answer]]
StreamView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def events_view(feed_of: FeedOf) -> StreamView:
    """Everything on one channel. `feed_of` says who may hear what, or raises RefusedError."""

    async def events(request: HttpRequest) -> HttpResponseBase:
        try:
            delivery, ends = open_log(request)
            feed = await feed_of(request)
            refuse_if_too_many(delivery.hub, feed)
        except RefusedError as refusal:
            return turned_away(refusal)
        counted.opened.add("events")
        return event_stream(delivery, ends, feed, after=last_event_id(request))

    return events


def answer_view(answer_of: AnswerOf) -> StreamView:
    """One answer. `answer_of` finds it for whoever asks, or raises RefusedError."""

    async def answer(request: HttpRequest, reply_id: UUID) -> HttpResponseBase:
        after = last_event_id(request)
        try:
            delivery, ends = open_log(request)
            found = await answer_of(request, reply_id)
            refuse_if_too_many(delivery.hub, found.feed)
        except RefusedError as refusal:
            return turned_away(refusal)
        if after and found.ends_at(after):
            return HttpResponse(status=204)
        counted.opened.add("answer")
        return EventStreamResponse(AnswerStream(delivery, ends, found, after).chunks(_retry_ms()))

    return answer


def turned_away(refusal: RefusedError) -> HttpResponse:
    counted.refused.add(refusal.response.code)
    return refusal.response


def event_stream(delivery: Delivery, ends: Ends, feed: Feed, *, after: str | None) -> EventStreamResponse:
    position, reset = locate(ends, feed, after)
    tail = Tail(delivery.hub, delivery.archive, feed, position)
    return EventStreamResponse(_chunks(tail, opening(position, retry_ms=_retry_ms(), reset=reset)), tail=tail)


def open_log(request: HttpRequest) -> tuple[Delivery, Ends]:
    """The ends are those before any right or row is read: what changes after that lies behind them."""
    if request.method != "GET":
        refused = problem(405, "method_not_allowed", "A stream is read with GET.")
        refused["Allow"] = "GET"
        raise RefusedError(refused)
    delivery = current()
    if delivery is None or delivery.hub.log is None or not delivery.is_connected or delivery.is_leaving:
        away = "Live events can't be read right now. Messages are kept: try again in a moment."
        raise RefusedError(problem(503, "broker_unavailable", away, retry_after=random.randint(1, 4)))
    refuse_if_full(delivery.hub)
    return delivery, delivery.hub.log.ends()


def last_event_id(request: HttpRequest) -> str | None:
    """The header wins over `?after=`: EventSource repeats its URL, and its header is newer."""
    return request.META.get("HTTP_LAST_EVENT_ID") or request.GET.get("after") or None


async def _chunks(tail: Tail, beginning: bytes) -> AsyncGenerator[bytes, None]:
    yield beginning
    async with aclosing(tail.steps()) as steps:
        async for step in steps:
            yield frames(step)


def _retry_ms() -> int:
    """Random, so that clients cut at the same moment do not come back at the same moment."""
    return random.randint(*RETRY_MS)
