"""What readers are told, over HTTP and in the stream alike: the contract's objects and events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from uuid import UUID

from django.utils.html import escape, linebreaks

from conversations.models import Conversation, Message, ToolCall
from streaming.event import Event

Siblings = Mapping[UUID, Sequence[UUID]]


def message_object(message: Message, sibling_ids: Sequence[UUID]) -> dict[str, object]:
    is_reply = message.role == Message.Role.ASSISTANT
    return {
        "id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "parent_id": _id(message.parent_id),
        "sibling_ids": [str(sibling) for sibling in sibling_ids],
        "role": message.role,
        "status": message.status,
        "text": message.text,
        "html": message.html if is_reply else linebreaks(escape(message.text)),
        "open": 0 if message.is_finished else message.open,
        "attempt": message.attempt,
        "next_index": message.next_index,
        "rev": message.rev,
        "bot": message.bot or None,
        "client_message_id": _id(message.client_message_id),
        "citations": message.citations,
        "tools": _tools(message),
        "error": message.error or None,
        "created_at": message.created_at.isoformat(),
    }


def message_objects(messages: Sequence[Message], known: Siblings | None = None) -> list[dict[str, object]]:
    """All of them with their siblings, for one query more where those of each are not known."""
    if known is not None:
        return [message_object(message, known[message.pk]) for message in messages]
    siblings = _siblings(messages)
    return [message_object(message, siblings[_family(message)]) for message in messages]


def conversation_object(conversation: Conversation) -> dict[str, object]:
    return {
        "id": str(conversation.pk),
        "client_id": _id(conversation.client_id),
        "title": conversation.title,
        "bot": conversation.bot,
        "active_leaf": _id(conversation.active_leaf_id),
        "deleted": conversation.deleted_at is not None,
        "rev": conversation.rev,
        "created_at": conversation.created_at.isoformat(),
        "last_activity_at": conversation.last_activity_at.isoformat(),
    }


def message_event(
    kind: str, channel: str, message: dict[str, object], *, request: str | None = None
) -> Event:
    """`message.created`, `message.updated`, `reply.started` or `reply.finished`, from a message object.

    `request` is the id of the request that brought the message.
    """
    conversation = str(message["conversation_id"])
    labels = {"conversation": conversation, "message": str(message["id"]), "attempt": str(message["attempt"])}
    if request is not None:
        labels["request"] = request
    return Event(channel, kind, {"conversation_id": conversation, "message": message}, labels)


def tool_event(channel: str, call: ToolCall, reply: Message) -> Event:
    """`tool.started` or `tool.finished`, by the call's state: in the attempt that this reply is of."""
    kind = "tool.started" if call.state == ToolCall.State.RUNNING else "tool.finished"
    conversation, message = str(reply.conversation_id), str(reply.pk)
    labels = {"conversation": conversation, "message": message, "attempt": str(reply.attempt)}
    if reply.request_id is not None:
        labels["request"] = reply.request_id
    place = {"conversation_id": conversation, "message_id": message, "attempt": reply.attempt}
    return Event(channel, kind, {**place, **call.shown}, labels)


def conversation_event(channel: str, conversation: dict[str, object]) -> Event:
    identity = str(conversation["id"])
    data = {"conversation_id": identity, "conversation": conversation}
    return Event(channel, "conversation.updated", data, {"conversation": identity})


def _tools(message: Message) -> list[dict[str, object]]:
    """Of a finished reply none goes on, whatever was last written of it."""
    tools: list[dict[str, object]] = message.tools or []
    if not message.is_finished:
        return tools
    over = {"state": ToolCall.State.INTERRUPTED.value, "question": None, "deadline": None}
    return [{**call, **over} if call["state"] in ToolCall.UNFINISHED else call for call in tools]


def _family(message: Message) -> tuple[UUID, UUID | None]:
    return message.conversation_id, message.parent_id


def _siblings(messages: Sequence[Message]) -> dict[tuple[UUID, UUID | None], list[UUID]]:
    parents = {message.parent_id for message in messages if message.parent_id is not None}
    rooted = {message.conversation_id for message in messages if message.parent_id is None}
    families: dict[tuple[UUID, UUID | None], list[UUID]] = defaultdict(list)
    for conversation, parent, message in _rows(parents, rooted):
        families[conversation, parent].append(message)
    return families


def _rows(parents: set[UUID], rooted: set[UUID]) -> Iterable[tuple[UUID, UUID | None, UUID]]:
    children = Message.objects.filter(parent__in=parents)
    roots = Message.objects.filter(parent=None, conversation__in=rooted)
    columns = ("conversation_id", "parent_id", "pk", "seq")
    rows = children.values_list(*columns).union(roots.values_list(*columns), all=True)
    return [row[:3] for row in sorted(rows, key=itemgetter(3))]


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)
