"""The OpenAPI document promises what the calls really answer."""

from typing import Any

from conversations.api import objects
from conversations.api.api import api
from conversations.models import Conversation
from tests.conversations.calling import Caller

CALLS = {
    "/api/conversations": {"get", "post"},
    "/api/conversations/{conversation_id}": {"get", "patch", "delete"},
    "/api/conversations/{conversation_id}/messages": {"get", "post"},
    "/api/messages/{reply_id}/cancel": {"post"},
    "/api/messages/{reply_id}/regenerate": {"post"},
    "/api/messages/{reply_id}/tools/{ordinal}": {"post"},
}


def test_every_call_is_in_the_document() -> None:
    document: dict[str, Any] = Caller().get("/openapi.json").body

    assert {path: set(calls) for path, calls in document["paths"].items()} == CALLS


def test_the_documentation_is_a_page() -> None:
    assert b"swagger-ui" in Caller().get("/docs").body


def test_an_object_has_exactly_the_fields_of_the_document(
    as_alice: Caller, conversation: Conversation
) -> None:
    posted = as_alice.say(conversation, "Hello").body
    shown = as_alice.get(f"/conversations/{conversation.pk}").body
    history = as_alice.get(f"/conversations/{conversation.pk}/messages").body
    listed = as_alice.get("/conversations").body
    cancelled = as_alice.post(f"/messages/{posted['reply']['id']}/cancel").body
    regenerated = as_alice.post(f"/messages/{posted['reply']['id']}/regenerate").body

    assert set(posted) == set(objects.PostedMessage.model_fields)
    assert set(posted["reply"]) == set(objects.MessageObject.model_fields)
    assert set(shown) == set(objects.ConversationObject.model_fields)
    assert set(history) == set(objects.MessagePage.model_fields)
    assert set(listed) == set(objects.ConversationPage.model_fields)
    assert set(cancelled) == set(objects.CancelledReply.model_fields)
    assert set(regenerated) == set(objects.RegeneratedReply.model_fields)


def test_an_object_is_what_the_document_says(as_alice: Caller, conversation: Conversation) -> None:
    posted = as_alice.say(conversation, "Hello").body

    objects.PostedMessage.model_validate(posted)
    objects.ConversationPage.model_validate(as_alice.get("/conversations").body)


def test_bearer_tokens_and_sessions_are_in_the_document() -> None:
    schemes = api.get_openapi_schema()["components"]["securitySchemes"]

    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}
