"""Every error is a problem with a stable code, whatever went wrong and wherever."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from conversations.models import Conversation, User
from tests.conversations.calling import Caller

CALL_WITHOUT_DATABASE = """
import django
django.setup()
from django.test import Client
answer = Client(SERVER_NAME="localhost").get("/api/conversations", headers={"Authorization": "Bearer x"})
headers = answer.headers
print(answer.status_code, headers["Content-Type"], headers["Retry-After"], answer.json()["code"])
"""


def mark(moment: str) -> str:
    """What `next` of a page that ended then would be."""
    return urlsafe_b64encode(json.dumps([moment, str(uuid4())]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("POST", "/nothing/at/all"),
        ("OPTIONS", "/nothing"),
        ("GET", "/"),
        ("GET", "/conversations/7"),
        ("GET", "/conversations/%00"),
        ("PATCH", "/conversations/ü"),
    ],
)
def test_nothing_at_this_address(as_alice: Caller, method: str, path: str) -> None:
    assert as_alice.send(method, path, {"title": "x"}).problem == (404, "not_found")


def test_a_method_that_does_not_work_here(as_alice: Caller, conversation: Conversation) -> None:
    refused = as_alice.send("PUT", f"/conversations/{conversation.pk}", {})

    assert refused.problem == (405, "method_not_allowed")
    assert refused.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


def test_options_say_what_works_here(as_alice: Caller) -> None:
    answer = as_alice.send("OPTIONS", "/conversations")

    assert answer.status == 204
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_is_get_without_a_body(as_alice: Caller, conversation: Conversation) -> None:
    answer = as_alice.send("HEAD", f"/conversations/{conversation.pk}")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"text": NaN}', b"[" * 100_000, b'{"a": ' + b"1" * 5_000 + b"}"]
)
def test_a_body_that_is_not_json(as_alice: Caller, conversation: Conversation, body: bytes) -> None:
    path = f"/conversations/{conversation.pk}/messages"

    assert as_alice.send("POST", path, body).problem == (400, "malformed")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"', b""])
def test_json_that_is_not_an_object(as_alice: Caller, conversation: Conversation, body: bytes) -> None:
    refused = as_alice.send("POST", f"/conversations/{conversation.pk}/messages", body)

    assert refused.problem == (422, "invalid")


@pytest.mark.parametrize("body", [[], 7, "text", ["title"]])
def test_json_that_is_not_an_object_where_all_of_it_may_be_left_out(
    as_alice: Caller, conversation: Conversation, body: object
) -> None:
    reply = as_alice.say(conversation, "Hello").body["reply"]["id"]

    assert as_alice.send("POST", "/conversations", body).problem == (422, "invalid")
    assert as_alice.send("POST", f"/messages/{reply}/regenerate", body).problem == (422, "invalid")


def test_every_field_that_is_wrong_is_named_with_its_reason(
    as_alice: Caller, conversation: Conversation
) -> None:
    refused = as_alice.post(
        f"/conversations/{conversation.pk}/messages", text="", client_message_id="7", parent_id=7
    )

    assert refused.refused == (422, "invalid", ["text", "client_message_id", "parent_id"])
    assert refused.body["errors"][0]["message"] == "String should have at least 1 character"
    assert "text: String should have at least 1 character." in refused.body["detail"]


def test_nul_is_refused_with_its_reason(as_alice: Caller, conversation: Conversation) -> None:
    refused = as_alice.say(conversation, "a\x00b")

    assert refused.body["errors"] == [
        {
            "field": "text",
            "message": "Must not contain the character NUL (U+0000): PostgreSQL cannot store it",
        }
    ]


def test_a_message_needs_its_text_and_id(as_alice: Caller, conversation: Conversation) -> None:
    refused = as_alice.post(f"/conversations/{conversation.pk}/messages")

    assert refused.refused == (422, "invalid", ["text", "client_message_id"])


@pytest.mark.parametrize("title", ["", "x" * 201, "a\x00b", "\ud800", 7, None])
def test_a_title_that_cannot_be(as_alice: Caller, conversation: Conversation, title: object) -> None:
    refused = as_alice.patch(f"/conversations/{conversation.pk}", title=title)

    assert refused.refused == (422, "invalid", ["title"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "9" * 400}, "limit"),
        ({"after": "garbage"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "é"}, "after"),
        ({"after": "\x00"}, "after"),
        ({"after": "W10"}, "after"),
        ({"after": "WzEsIDJd"}, "after"),
        ({"after": mark("0001-01-01T00:00:00+23:59")}, "after"),
        ({"after": mark("9999-12-31T23:59:59-23:59")}, "after"),
        ({"after": "WyIyMDI2LTAxLTAxIiwiMDFhMWZiZDAtODdkNS03MDlmLTg0NzctMGU5YWIzZTFmYWIzIl0"}, "after"),
    ],
)
def test_a_page_that_cannot_be(as_alice: Caller, query: dict[str, str | int], field: str) -> None:
    assert as_alice.get("/conversations", **query).refused == (422, "invalid", [field])


@pytest.mark.parametrize("name", ["before", "leaf"])
def test_a_message_id_that_cannot_be(as_alice: Caller, conversation: Conversation, name: str) -> None:
    path = f"/conversations/{conversation.pk}/messages"

    assert as_alice.get(path, **{name: "7"}).refused == (422, "invalid", [name])
    assert as_alice.get(path, **{name: str(uuid4())}).problem == (404, "not_found")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_body_that_does_not_say_it_is_json(as_alice: Caller, kind: str) -> None:
    refused = as_alice.client.post("/api/conversations", b"{}", content_type=kind)

    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large(as_alice: Caller, conversation: Conversation, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    assert as_alice.say(conversation, "x" * 2_000).problem == (413, "too_large")


def test_nobody_is_told_to_authenticate(db: None) -> None:
    refused = Caller().get("/conversations")

    assert refused.problem == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_needs_the_csrf_token(alice: User) -> None:
    refused = Caller(alice, client=Client(enforce_csrf_checks=True)).post("/conversations")

    assert refused.problem == (403, "csrf_failed")


def test_the_database_is_away() -> None:
    nowhere = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "chatbot.settings",
    }

    called = subprocess.run(
        [sys.executable, "-c", CALL_WITHOUT_DATABASE],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert called.stdout.split() == ["503", "application/problem+json", "2", "database_unavailable"]


def test_no_answer_is_kept_by_a_cache(as_alice: Caller, conversation: Conversation) -> None:
    assert as_alice.get(f"/conversations/{conversation.pk}").headers["Cache-Control"] == "no-store"
    assert as_alice.get("/nothing").headers["Cache-Control"] == "no-store"
