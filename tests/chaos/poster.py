"""Somebody who says one thing after the other, and says it again until it is acknowledged."""

import asyncio
import random
import time
from typing import Any
from uuid import UUID

from tests.chaos.door import TROUBLE, Door, RefusedError
from tests.chaos.ledger import Ledger, Said

WORDS = (10, 70)
RATE = 20
PAUSE = (2.0, 9.0)
REPEATED = 0.1  # of all messages are sent once more after they were acknowledged
MOST = 45  # messages: two posters' messages and replies fit into one page of history


class Poster:
    """Says the same things in each run with the same `dice`."""

    def __init__(
        self, door: Door, ledger: Ledger, conversation: str, *, name: str, dice: random.Random
    ) -> None:
        self.name = name
        self._door = door
        self._ledger = ledger
        self._conversation = conversation
        self._dice = dice

    async def run(self, ending: asyncio.Event) -> None:
        """Until `ending` is set and the last message is acknowledged."""
        for _ in range(MOST):
            await _until(ending, self._dice.uniform(*PAUSE))
            if ending.is_set():
                return
            try:
                await self._say()
            except RefusedError as error:
                self._ledger.refusals.append(f"{self.name}: {error}")

    async def _say(self) -> None:
        words = self._dice.randint(*WORDS)
        body = {
            "text": f"words={words} rate={RATE}",
            "client_message_id": str(UUID(int=self._dice.getrandbits(128), version=4)),
        }
        first_sent = time.monotonic()
        posted = await self._acknowledged(body)
        said = Said(
            conversation=self._conversation,
            author=self.name,
            client_message_id=body["client_message_id"],
            message_id=posted["message"]["id"],
            reply_id=posted["reply"]["id"],
            text=body["text"],
            words=words,
            first_sent=first_sent,
            acknowledged=time.monotonic(),
        )
        self._ledger.add(said)
        if self._dice.random() < REPEATED:
            self._ledger.compare(said, await self._acknowledged(body))

    async def _acknowledged(self, body: dict[str, str]) -> dict[str, Any]:
        path = f"/api/conversations/{self._conversation}/messages"
        while True:
            try:
                posted: dict[str, Any] = await self._door.ask("POST", path, json=body)
            except TROUBLE:
                self._ledger.retried += 1
                await self._door.elsewhere()
            else:
                return posted


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
