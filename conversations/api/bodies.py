"""What clients send. Fields that are not known are ignored."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("Must not contain the character NUL (U+0000): PostgreSQL cannot store it")
    return text


Text = Annotated[str, Field(min_length=1, max_length=32_000), AfterValidator(_without_nul)]
Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_nul)]


class NewConversation(BaseModel):
    title: Title | None = None
    bot: Annotated[str, Field(max_length=200)] | None = None
    client_id: UUID | None = None


class NewTitle(BaseModel):
    title: Title


class NewMessage(BaseModel):
    text: Text
    client_message_id: UUID
    parent_id: Annotated[UUID | None, Field(description="null: before the first message")] = None


class NewReply(BaseModel):
    client_id: UUID | None = None


class NewDecision(BaseModel):
    decision: Literal["approve", "decline"]
