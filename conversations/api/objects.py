"""What clients get: the contract's objects, for the OpenAPI document. `telling.events` builds them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema


class Citation(Schema):
    number: int
    title: str
    source: str
    url: str
    quote: str


class ToolCallObject(Schema):
    ordinal: int
    tool: str
    label: str
    state: Literal["waiting", "approved", "running", "done", "failed", "declined", "interrupted"]
    question: str | None
    deadline: datetime | None


class MessageObject(Schema):
    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    sibling_ids: list[UUID]
    role: Literal["user", "assistant"]
    status: Literal["queued", "streaming", "waiting", "complete", "cancelled", "failed"]
    text: str
    html: str
    open: int
    attempt: int
    next_index: int
    rev: int
    bot: str | None
    client_message_id: UUID | None
    citations: list[Citation]
    tools: list[ToolCallObject]
    error: str | None
    created_at: datetime


class ConversationObject(Schema):
    id: UUID
    client_id: UUID | None
    title: str
    bot: str
    active_leaf: UUID | None
    deleted: bool
    rev: int
    created_at: datetime
    last_activity_at: datetime


class ConversationPage(Schema):
    items: list[ConversationObject]
    next: str | None


class MessagePage(Schema):
    items: list[MessageObject]
    has_more: bool
    cursor: str | None


class PostedMessage(Schema):
    message: MessageObject
    reply: MessageObject
    cursor: str | None


class CancelledReply(Schema):
    reply: MessageObject


class DecidedReply(Schema):
    reply: MessageObject


class RegeneratedReply(Schema):
    reply: MessageObject
    cursor: str | None


class FieldError(Schema):
    field: str
    message: str


class Problem(Schema):
    """RFC 9457, as `application/problem+json`; `code` is stable."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = None
    errors: list[FieldError] = []
