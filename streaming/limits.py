"""How many streams may be open, polls among them: refused before any work is done for one more."""

import random

from django.conf import settings

from streaming.feed import Feed
from streaming.hub import Hub
from streaming.problem import RefusedError, problem


def refuse_if_full(hub: Hub) -> None:
    """Raises RefusedError (429) when this process has as many as it may."""
    if hub.count >= settings.STREAMS_PER_PROCESS:
        raise _too_many("This server has as many streams open as it can serve. Try again in a moment.")


def refuse_if_too_many(hub: Hub, feed: Feed) -> None:
    """Raises RefusedError (429) when this channel is listened to here as often as it may be.

    Once more for the process too: a storm of callers is looked up together.
    """
    refuse_if_full(hub)
    if hub.count_of(feed) >= settings.STREAMS_PER_USER:
        raise _too_many("You have too many streams open. Close some, and try again.")


def _too_many(detail: str) -> RefusedError:
    return RefusedError(problem(429, "too_many_streams", detail, retry_after=random.randint(2, 10)))
