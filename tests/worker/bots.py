"""Bots that misbehave."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from chatbot.bots.protocol import Question


class Saying:
    """A bot that says these pieces; an exception among them is raised, at an ellipsis it stops for ever."""

    markdown = False

    def __init__(self, *pieces: Any) -> None:
        self.pieces = pieces
        self.is_closed = False

    async def answer(self, question: Question) -> AsyncIterator[Any]:
        try:
            for piece in self.pieces:
                yield await self._come_to(piece)
        finally:
            self.is_closed = True

    async def _come_to(self, piece: Any) -> Any:
        if isinstance(piece, BaseException):
            raise piece
        if piece is ...:
            await asyncio.Event().wait()
        return piece


class Stubborn(Saying):
    """It says more when it should stop."""

    async def _come_to(self, piece: Any) -> Any:
        try:
            return await super()._come_to(piece)
        except asyncio.CancelledError:
            return "and more"


class Deaf(Saying):
    """Nothing makes it stop waiting, until it is `woken`."""

    def __init__(self, *pieces: Any) -> None:
        super().__init__(*pieces)
        self.woken = asyncio.Event()

    async def _come_to(self, piece: Any) -> Any:
        while piece is ... and not self.woken.is_set():
            try:
                await self.woken.wait()
            except asyncio.CancelledError:
                continue
        return await super()._come_to(piece) if piece is not ... else "too late"


class Clinging(Saying):
    """It goes on when it is closed."""

    async def answer(self, question: Question) -> AsyncIterator[Any]:
        try:
            yield "Half"
            raise ValueError("and then")
        finally:
            yield "and more"


class Lingering(Saying):
    """Closing takes it for ever."""

    async def answer(self, question: Question) -> AsyncIterator[Any]:
        try:
            yield "x" * 300_000
        finally:
            await asyncio.Event().wait()


class Endless(Saying):
    """It says the same thing for ever, and never awaits anything."""

    async def answer(self, question: Question) -> AsyncIterator[Any]:
        try:
            while True:
                yield self.pieces[0]
        finally:
            self.is_closed = True


class Returning:
    """What it returns is not what a bot returns."""

    markdown = False

    def __init__(self, answer: Any) -> None:
        self.answer = answer
