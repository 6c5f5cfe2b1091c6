"""A reader of one answer after the other, each in the stream of its own."""

import json
from asyncio import Queue
from collections.abc import Sequence
from contextlib import aclosing

from tests.chaos.diary import Diary
from tests.chaos.door import TROUBLE, Door, RefusedError
from tests.chaos.ledger import Said
from tests.chaos.wire import pieces
from tests.reader.sse import Event, Parser
from tests.reader.transcript import Message, Transcript


class AnswerReader:
    """`messages` are the replies whose stream has come to its end."""

    def __init__(self, door: Door, conversation: str, said: "Queue[Said]", *, diary: Diary) -> None:
        self.diary = diary
        self.conversation = conversation
        self.messages: dict[str, Message] = {}
        self._door = door
        self._said = said
        self._position: str | None = None
        self._transcript = Transcript(conversation)

    def has_seen(self, said: Sequence[Said]) -> bool:
        """The ends of those of these replies that are its conversation's."""
        return all(one.reply_id in self.messages for one in said if one.conversation == self.conversation)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._read(await self._said.get())

    async def _read(self, said: Said) -> None:
        self._begin()
        while said.reply_id not in self.messages:
            try:
                await self._follow(said)
            except (*TROUBLE, RefusedError) as error:
                self.diary.trouble(self._door.url, error)
                await self._door.elsewhere()

    def _begin(self) -> None:
        self._position = None
        self._transcript = Transcript(self.conversation)

    async def _follow(self, said: Said) -> None:
        parser = Parser()
        path = f"/api/messages/{said.reply_id}/events"
        async with aclosing(pieces(self._door, path, after=self._position)) as stream:
            async for piece in stream:
                self.diary.alive()
                for event in parser.feed(piece):
                    if self._is_lost(said, event):
                        return
                self._position = parser.last_event_id or self._position

    def _is_lost(self, said: Said, event: Event) -> bool:
        """Whether to begin this answer anew, from its beginning."""
        if event.type == "end":
            self._keep(said)
            return False
        data = json.loads(event.data)
        self.diary.heard(event.type, data, event.id)
        if event.type == "reset":
            self._transcript = Transcript(self.conversation)  # the beginning follows in this very stream
            return False
        before = self._transcript.message(said.reply_id)
        does = self._transcript.hear(event.type, data)
        self.diary.compare(before, self._transcript.message(said.reply_id))
        if does == "reread":
            self.diary.reread(self.conversation, None)
            self._begin()
        return does == "reread"

    def _keep(self, said: Said) -> None:
        message = self._transcript.message(said.reply_id)
        if message is not None:
            self.messages[said.reply_id] = message
