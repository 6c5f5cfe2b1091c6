"""Who takes part: somebody who posts in every conversation, and readers of every kind."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from tests.chaos.answer_reader import AnswerReader
from tests.chaos.bed import Bed
from tests.chaos.diary import Diary
from tests.chaos.door import Door
from tests.chaos.ledger import Ledger, Said
from tests.chaos.listener import Listener
from tests.chaos.poster import Poster
from tests.chaos.told import Source, polled, streamed

T = TypeVar("T")
PAIRED = 5  # in every fifth conversation two post
WATCHED = 6  # in every sixth somebody opens the stream of each answer
# What each user has open, in turn: the first of them at the first web process, the next at the second.
READING: tuple[tuple[Source, ...], ...] = ((streamed, streamed, polled), (streamed,), (polled, streamed))


@dataclass(frozen=True)
class Cast:
    posters: Sequence[Poster]
    listeners: Sequence[Listener]
    answer_readers: Sequence[AnswerReader]

    @property
    def diaries(self) -> list[Diary]:
        return [*(each.diary for each in self.listeners), *(each.diary for each in self.answer_readers)]

    @property
    def refreshing(self) -> Sequence[Listener]:
        """Those who now and then begin anew, as a page that is loaded again."""
        return self.listeners[::3]

    def has_seen(self, said: Sequence[Said]) -> bool:
        """Every reader that should: every reply's end."""
        seen = all(listener.has_seen(said) for listener in self.listeners)
        return seen and all(reader.has_seen(said) for reader in self.answer_readers)


class Casting:
    """All find the service through `http`; what readers go through is written into `logs`."""

    def __init__(self, bed: Bed, http: httpx.AsyncClient, ledger: Ledger, logs: Path) -> None:
        self._bed = bed
        self._http = http
        self._ledger = ledger
        self._logs = logs

    async def cast(self, seed: int, conversations: int) -> Cast:
        names = list(self._bed.tokens)
        owned = [(name, await self._start(name)) for name in _in_turn(names, conversations)]
        return Cast(
            posters=[
                self._poster(seed, number, seat, *owned[number])
                for number in range(conversations)
                for seat in range(1 if number % PAIRED else 2)
            ],
            listeners=[
                self._listener(name, source, home, [each for owner, each in owned if owner == name])
                for name, sources in zip(names, _in_turn(READING, len(names)), strict=True)
                for home, source in enumerate(sources)
            ],
            answer_readers=[self._answer_reader(n, *owned[n]) for n in range(0, conversations, WATCHED)],
        )

    async def _start(self, name: str) -> str:
        conversation = await self._door(name).ask("POST", "/api/conversations", json={"bot": "script"})
        return str(conversation["id"])

    def _poster(self, seed: int, number: int, seat: int, owner: str, conversation: str) -> Poster:
        name = f"poster {number}.{seat}"
        door, dice = self._door(owner, home=number + seat), random.Random(f"{name} {seed}")
        return Poster(door, self._ledger, conversation, name=name, dice=dice)

    def _listener(self, owner: str, source: Source, home: int, conversations: Sequence[str]) -> Listener:
        diary = Diary(f"{owner}.{home}-{source.__name__}", self._logs)
        return Listener(self._door(owner, home=home), conversations, source, ledger=self._ledger, diary=diary)

    def _answer_reader(self, number: int, owner: str, conversation: str) -> AnswerReader:
        said = self._ledger.watch(conversation)
        diary = Diary(f"{owner}.answers-{number}", self._logs)
        return AnswerReader(self._door(owner, home=number), conversation, said, diary=diary)

    def _door(self, owner: str, *, home: int = 0) -> Door:
        return Door(self._http, self._bed.urls, self._bed.tokens[owner], home=home)


def _in_turn(those: Sequence[T], count: int) -> Iterable[T]:
    return (those[number % len(those)] for number in range(count))
