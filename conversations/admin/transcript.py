"""One conversation to read on one page: a branch of it, and where its other branches end."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Left
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from conversations.errors import NotFoundError
from conversations.models import Conversation, Message
from conversations.reading.branch import active_branch

PAGE = 200
OTHER_BRANCHES = 50
SEARCHED = 2_000


@dataclass(frozen=True)
class Line:
    message: Message

    @property
    def html(self) -> SafeString:
        """A finished reply as the page shows it: made safe when it was stored. All else is escaped text."""
        if self.message.role == Message.Role.ASSISTANT and self.message.is_finished and self.message.html:
            return mark_safe(self.message.html)  # noqa: S308  (the bots' Markdown was sanitized by the worker)
        return mark_safe(linebreaks(escape(self.message.text)))  # noqa: S308  (escaped here)


@dataclass(frozen=True)
class Transcript:
    """At most 200 messages, oldest first; `leaf` is the branch's end, for the page before this one.

    `searched` says among how many of the newest messages other leaves were looked for; None: among all.
    """

    lines: list[Line]
    leaf: UUID | None
    has_more: bool
    other_leaves: list[Message]
    searched: int | None


def read_transcript(conversation: Conversation, *, leaf: UUID | None, before: UUID | None) -> Transcript:
    end = leaf or conversation.active_leaf_id
    try:
        branch, has_more = active_branch(conversation, leaf=leaf, before=before, limit=PAGE)
    except Message.DoesNotExist as error:
        raise NotFoundError("There is no such message in this conversation.") from error
    return Transcript(
        lines=[Line(message) for message in branch],
        leaf=end,
        has_more=has_more,
        other_leaves=_other_leaves(conversation, end),
        searched=SEARCHED if conversation.last_seq > SEARCHED else None,
    )


def _other_leaves(conversation: Conversation, leaf: UUID | None) -> list[Message]:
    """The newest 50 ends of branches, each with the beginning of what was said last as `excerpt`.

    Among the newest 2,000 messages: what follows one of them is one of them, so nothing older is read.
    """
    newest = conversation.messages.filter(seq__gt=max(0, conversation.last_seq - SEARCHED))
    followed = newest.filter(parent__isnull=False).values("parent")
    ends = newest.exclude(pk__in=followed)  # not by Exists, which would compare each with all others
    other = ends.exclude(pk=leaf) if leaf else ends
    short = other.order_by("-seq").defer("text", "html", "citations")
    return list(short.annotate(excerpt=Left("text", 100))[:OTHER_BRANCHES])
