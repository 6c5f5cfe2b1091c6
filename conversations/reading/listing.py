"""Somebody's conversations, page by page, newest activity first."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

from conversations.errors import InvalidError
from conversations.models import Conversation, User


def list_conversations(
    owner: User, *, after: str | None, limit: int
) -> tuple[list[Conversation], str | None]:
    """A page and where the next one begins (None: this was the last one).

    Between two pages a conversation may become active and move to the front; no other is skipped or shown
    twice for it.
    """
    conversations = owner.conversations.filter(deleted_at=None).order_by("-last_activity_at", "-id")
    if after is not None:
        place = Tuple(F("last_activity_at"), F("id"))
        conversations = conversations.filter(TupleLessThan(place, _place(after)))
    page = list(conversations[: limit + 1])
    return page[:limit], _mark(page[limit - 1]) if len(page) > limit else None


def _mark(conversation: Conversation) -> str:
    place = [conversation.last_activity_at.isoformat(), str(conversation.pk)]
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(mark: str) -> tuple[datetime, UUID]:
    try:
        activity, identity = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        moment = datetime.fromisoformat(activity)
        place = moment.astimezone(UTC), UUID(identity)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _not_a_mark() from error
    if moment.tzinfo is None:
        raise _not_a_mark()
    return place


def _not_a_mark() -> InvalidError:
    return InvalidError("after", "This is not the `next` of an earlier page.")
