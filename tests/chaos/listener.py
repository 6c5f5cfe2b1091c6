"""A reader of all of a user's conversations, by the client rules."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from tests.chaos.diary import Diary
from tests.chaos.door import TROUBLE, AwayError, Door, RefusedError
from tests.chaos.ledger import Ledger, Said
from tests.chaos.told import Source, Told
from tests.reader.transcript import Message, Transcript, is_finished


class Listener:
    """Begins with the histories, follows its events, and comes back, here or elsewhere, from where it was."""

    def __init__(
        self, door: Door, conversations: Sequence[str], source: Source, *, ledger: Ledger, diary: Diary
    ) -> None:
        self.diary = diary
        self.transcripts = {each: Transcript(each) for each in conversations}
        self._door = door
        self._source = source
        self._ledger = ledger
        self._position: str | None = None
        self._wants_refresh = False

    @property
    def is_there(self) -> bool:
        """It has a place, from which it misses nothing."""
        return self._position is not None

    def has_seen(self, said: Sequence[Said]) -> bool:
        """The ends of those of these replies that are this user's."""
        mine = [one for one in said if one.conversation in self.transcripts]
        shown = [self.message(one.conversation, one.reply_id) for one in mine]
        return all(message is not None and is_finished(message) for message in shown)

    def message(self, conversation: str, message_id: str) -> Message | None:
        return self.transcripts[conversation].message(message_id)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._follow()
            except (*TROUBLE, RefusedError) as error:
                self.diary.trouble(self._door.url, error)
                await self._door.elsewhere()

    def refresh(self) -> None:
        """As one who reloads the page: with the next that it is told it begins anew, with the histories."""
        self._wants_refresh = True

    async def _follow(self) -> None:
        if self._wants_refresh:
            self._wants_refresh, self._position = False, None
            self.transcripts = {each: Transcript(each) for each in self.transcripts}
        if self._position is None:
            self._position = await self._read(list(self.transcripts))
        if self._position is None:
            raise AwayError("history has no cursor yet")
        async with aclosing(self._source(self._door, self._position)) as events:
            async for told in events:
                self.diary.alive()
                if self._wants_refresh or await self._has_moved(told):
                    return

    async def _has_moved(self, told: Told) -> bool:
        """Whether to go on from another place than after this event."""
        lost = self._hear(told) if told.type else []
        cursor = await self._read(lost) if lost else None
        self._position = cursor or told.position or self._position
        return cursor is not None

    def _hear(self, told: Told) -> list[str]:
        """The conversations whose history is to be read again, the one that asks for it first."""
        self.diary.heard(told.type, told.data, told.position)
        asking = str(told.data.get("conversation_id", ""))
        about = [self.transcripts[asking]] if asking else list(self.transcripts.values())
        does = [self._take(transcript, told) for transcript in about]
        if "reread" not in does:
            return []
        return sorted(self.transcripts, key=lambda known: known != asking)

    def _take(self, transcript: Transcript, told: Told) -> str:
        reply = _about(told.data)
        before = transcript.message(reply)
        does = transcript.hear(told.type, told.data)
        after = transcript.message(reply)
        self._look(before, after)
        return does

    async def _read(self, conversations: Sequence[str]) -> str | None:
        """The cursor of the first one's history, which is taken before the others are read."""
        histories = [await self._door.history(each) for each in conversations]
        for conversation, history in zip(conversations, histories, strict=True):
            self.diary.reread(conversation, history["cursor"])
            before = {item["id"]: self.message(conversation, item["id"]) for item in history["items"]}
            self.transcripts[conversation].read(history)
            for message_id, was in before.items():
                self._look(was, self.message(conversation, message_id))
        cursor: str | None = histories[0]["cursor"]
        return cursor

    def _look(self, before: Message | None, after: Message | None) -> None:
        self.diary.compare(before, after)
        if after is not None and is_finished(after):
            self._ledger.heard_end(after["id"])


def _about(data: dict[str, Any]) -> str:
    return str(data.get("message_id") or data.get("message", {}).get("id", ""))
