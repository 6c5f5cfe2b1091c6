"""An attempt without a bot: what its toolbox needs of it, with the rows of a real database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from chatbot.database import Database
from chatbot.tools.registry import tools
from chatbot.tools.toolbox import Threads, Toolbox
from conversations.answers import replies
from conversations.answers.heartbeats import Snapshot
from conversations.answers.replies import Claim
from conversations.models import Conversation, ToolCall
from streaming.event import Event
from tests.conversations.replying import snapshot


class Stage:
    """Notes what is told, and whether the bot was stopped."""

    def __init__(self, claim: Claim, threads: Threads) -> None:
        self.claim = claim
        self.told: list[Event] = []
        self.ended = ""
        self.toolbox = Toolbox(self, tools(), threads)

    async def said(self) -> Snapshot:
        return replace(snapshot(self.claim, "So far"), usage={"model": "small", "input_tokens": 4})

    async def tell(self, event: Event) -> None:
        self.told.append(event)

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.ended = "stopped"

    def cancel(self) -> None:
        self.ended = "cancelled"

    @property
    def kinds(self) -> list[str]:
        return [f"{event.type} {event.data['state']}" for event in self.told]


class Attempts:
    """One attempt at the same conversation's reply after the other."""

    def __init__(self, conversation: Conversation, database: Database) -> None:
        self.database = database
        self._conversation = conversation

    async def next(self) -> Stage:
        """Settled, as before a bot is asked."""
        claim = await self.database(replies.claim, self._conversation.pk)
        assert claim is not None, "there is nothing to claim"
        stage = Stage(claim, Threads(self.database, self.database))
        await stage.toolbox.settle()
        return stage

    async def die(self, stage: Stage) -> None:
        """As a worker does; its reply is free for the next attempt."""
        await self.database(replies.hand_over, stage.claim)

    async def close(self) -> None:
        """Whatever still runs comes to its end first; another database takes over."""
        ended, self.database = self.database, Database()
        assert await asyncio.to_thread(ended.close, timeout=5)

    async def journal(self) -> list[tuple[int, str, str, object]]:
        return await self.database(_rows)


def _rows() -> list[tuple[int, str, str, object]]:
    calls = ToolCall.objects.order_by("ordinal")
    return [(call.ordinal, call.tool, call.state, call.result) for call in calls]


def change(stage: Stage, **columns: Any) -> None:
    ToolCall.objects.filter(reply=stage.claim.id).update(**columns)
