import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from chatbot.database import Database
from conversations.answers.replies import Claim
from conversations.asking import titles
from conversations.models import Message

logger = logging.getLogger(__name__)
MOST = 16
PATIENCE = 30.0


@dataclass(frozen=True)
class Exchange:
    """The first question of a conversation and the answer to it, as the bot of this name gave it."""

    bot: str
    question: str
    answer: str


Titler = Callable[[Exchange], Awaitable[str]]


class Titles:
    """Asks `settings.TITLES` what to call a conversation when its first answer is complete.

    On tasks of its own, which `stop` ends: no answer waits for a title. At most 16 are asked for at once, for
    30 s each; what comes of none of them leaves the key words of the question as the title.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: set[asyncio.Task[None]] = set()

    def consider(self, claim: Claim, reply: Message) -> None:
        is_first = len(claim.history) == 1 and reply.status == Message.Status.COMPLETE
        if not settings.TITLES or not is_first or len(self._asking) >= MOST:
            return
        exchange = Exchange(reply.bot, claim.history[0].text, reply.text)
        task = asyncio.create_task(self._ask(reply.conversation_id, exchange), name=f"title {reply.pk}")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def stop(self) -> None:
        """Waits for a second at most."""
        asking = list(self._asking)
        for task in asking:
            task.cancel()
        if asking:
            await asyncio.wait(asking, timeout=1)

    async def _ask(self, conversation: UUID, exchange: Exchange) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                title = await titler()(exchange)
            await self._database(titles.improve, conversation, title, question=exchange.question)
        except Exception:
            logger.exception("no better title for conversation %s", conversation)


def titler() -> Titler:
    return cast("Titler", import_string(settings.TITLES))
