"""What clients send. Fields that are not known are ignored."""

from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("Must not contain the character NUL (U+0000): PostgreSQL cannot store it")
    return text


Text = Annotated[str, Field(min_length=1, max_length=32_000), AfterValidator(_without_nul)]
Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_nul)]


class NewConversation(Schema):
    title: Title | None = None
    bot: Annotated[str, Field(max_length=200)] | None = None
    client_id: UUID | None = None


class NewTitle(Schema):
    title: Title


class NewMessage(Schema):
    text: Text
    client_message_id: UUID
    parent_id: Annotated[UUID | None, Field(description="null: before the first message")] = None


class NewReply(Schema):
    client_id: UUID | None = None
