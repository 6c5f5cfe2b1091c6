"""Calls run from their first middleware to their end in one of a few threads."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import path

from chatbot import call_handler
from chatbot.call_handler import CallHandler

pytestmark = [pytest.mark.anyio, pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]
asked: list[threading.Thread] = []


def ask_database(request: HttpRequest) -> HttpResponse:
    asked.append(threading.current_thread())
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse()


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("of this test")


urlpatterns = [path("api/database", ask_database), path("api/failure", fail)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def handler() -> AsyncIterator[CallHandler]:
    asked.clear()
    handler = CallHandler()
    yield handler
    handler.stop()


async def call(handler: CallHandler, address: str) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
    }
    await handler(scope, receive, send)
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])


async def test_a_call_runs_in_a_thread_that_is_kept(handler: CallHandler) -> None:
    await call(handler, "/api/database")
    await call(handler, "/api/database")

    first, second = asked
    assert first is second
    assert first is not threading.main_thread()


async def test_a_call_that_waited_too_long_for_a_thread_is_refused(
    handler: CallHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_handler, "PATIENCE", -1.0)

    status, body = await call(handler, "/api/database")

    assert status == 503
    assert b'"busy"' in body
    assert not asked


async def test_a_view_that_raises_is_answered_with_500(handler: CallHandler) -> None:
    status, _ = await call(handler, "/api/failure")

    assert status == 500


async def test_more_calls_than_there_are_connections_take_turns_with_them(handler: CallHandler) -> None:
    answers = await asyncio.gather(*[call(handler, "/api/database") for _ in range(50)])

    assert {status for status, _ in answers} == {200}
