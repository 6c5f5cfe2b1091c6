"""A conversation is started, renamed and deleted; what is said in it comes by `posting`."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from conversations.errors import ConversationDeletedError, InvalidError
from conversations.models import Conversation, Message, User
from conversations.models.announced import raised
from conversations.ownership import lock_conversation
from conversations.telling.news import announce, call_off


def start_conversation(
    owner: User, *, title: str = "", bot: str | None = None, client_id: UUID | None = None
) -> tuple[Conversation, bool]:
    """The conversation and whether it is new; the same `client_id` finds the one it once started."""
    named = {"title": title, "is_named": bool(title)}
    wanted = {**named, "bot": _known(settings.BOT if bot is None else bot)}
    with transaction.atomic():
        conversation, is_new = _found_or_made(owner, client_id, wanted)
        if is_new:
            announce(conversation)
    if conversation.deleted_at is not None:
        raise ConversationDeletedError
    return conversation, is_new


@transaction.atomic
def rename_conversation(owner: User, conversation_id: UUID, *, title: str) -> Conversation:
    conversation = lock_conversation(owner, conversation_id)
    if conversation.title != title:
        _change(conversation, title=title, is_named=True)
        announce(conversation)
    elif not conversation.is_named:
        # No news: but a title that was made up from the question is a person's from now on.
        Conversation.objects.filter(pk=conversation.pk).update(is_named=True)
    return conversation


@transaction.atomic
def delete_conversation(owner: User, conversation_id: UUID) -> None:
    """Calls off what is unfinished and marks it deleted; the rows go once that news has arrived."""
    conversation = lock_conversation(owner, conversation_id)
    cancelled = _cancel_unfinished(conversation)
    _change(conversation, deleted_at=Now())
    announce(*cancelled, conversation)
    for reply in cancelled:
        call_off(conversation.pk, reply.pk)


def _known(bot: str) -> str:
    if bot not in {settings.BOT, *settings.BOTS, *settings.BOTS.values()}:
        known = ", ".join(sorted({settings.BOT, *settings.BOTS}))
        raise InvalidError("bot", f"There is no bot of this name. Use one of: {known}.")
    return bot


def _found_or_made(owner: User, client_id: UUID | None, wanted: dict[str, Any]) -> tuple[Conversation, bool]:
    if client_id is None:
        return Conversation.objects.create(owner=owner, **wanted), True
    return Conversation.objects.get_or_create(owner=owner, client_id=client_id, defaults=wanted)


def _change(conversation: Conversation, **columns: object) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(**columns, **raised())
    conversation.refresh_from_db()


def _cancel_unfinished(conversation: Conversation) -> list[Message]:
    unfinished = conversation.messages.filter(status__in=Message.UNFINISHED)
    locked = list(unfinished.select_for_update().order_by("pk").values_list("pk", flat=True))
    replies = conversation.messages.filter(pk__in=locked)
    replies.update(status=Message.Status.CANCELLED, finished_at=Now(), **raised())
    return list(replies)
