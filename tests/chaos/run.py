"""One run: everybody talks and listens, faults happen, and in the end all of it is compared."""

import asyncio
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.chaos.bed import Bed
from tests.chaos.cast import Cast, Casting
from tests.chaos.havoc import Havoc
from tests.chaos.ledger import Ledger
from tests.chaos.result import Result
from tests.chaos.rows import Rows, read_rows
from tests.chaos.schedule import schedule
from tests.chaos.verdict import Finding, Verdict, tally
from tests.no_tls import NO_TLS

logger = logging.getLogger(__name__)
THERE_SECONDS = 30.0
SETTLING_SECONDS = 120.0
GRACE_SECONDS = 1.0  # for what the broker has acknowledged just now to reach its readers
REFRESH = (5.0, 25.0)
LOOK = 0.5


@dataclass(frozen=True)
class Plan:
    seed: int
    seconds: float
    conversations: int


class Run:
    """For the thread that started the victims. What each reader goes through is written into `logs`."""

    def __init__(self, plan: Plan, bed: Bed, logs: Path) -> None:
        self._plan = plan
        self._bed = bed
        self._logs = logs
        self._ledger = Ledger()
        self._havoc = Havoc(bed.victims, schedule(plan.seed, plan.seconds))
        self._silent: list[str] = []
        self._settled = 0.0

    async def result(self) -> Result:
        async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(), verify=NO_TLS) as http:
            casting = Casting(self._bed, http, self._ledger, self._logs)
            cast = await casting.cast(self._plan.seed, self._plan.conversations)
            try:
                await self._play(cast)
            finally:
                for diary in cast.diaries:
                    diary.close()
        rows = await asyncio.to_thread(read_rows, self._bed.database_url)
        (self._logs / "messages.txt").write_text("\n".join(map(str, rows.messages)))
        return self._judged(cast, rows)

    async def _play(self, cast: Cast) -> None:
        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(listener.run()) for listener in cast.listeners]
            listening += [group.create_task(reader.run()) for reader in cast.answer_readers]
            await self._all_there(cast)
            ending = asyncio.Event()
            posters = [group.create_task(poster.run(ending), name=poster.name) for poster in cast.posters]
            refreshing = group.create_task(self._refresh(cast))
            await self._havoc.run()
            logger.info("no more faults: everything runs")
            ending.set()
            refreshing.cancel()
            tending = group.create_task(self._havoc.tend())
            await self._settle(cast, posters)
            for task in (*listening, *posters, tending):
                task.cancel()

    async def _all_there(self, cast: Cast) -> None:
        async with asyncio.timeout(THERE_SECONDS):
            while not all(listener.is_there for listener in cast.listeners):
                await asyncio.sleep(LOOK)

    async def _refresh(self, cast: Cast) -> None:
        dice = random.Random(f"refresh {self._plan.seed}")
        while True:
            await asyncio.sleep(dice.uniform(*REFRESH))
            dice.choice(cast.refreshing).refresh()

    async def _settle(self, cast: Cast, posters: list[asyncio.Task[None]]) -> None:
        """Until all is as it should be, or for two minutes."""
        begun = time.monotonic()
        while time.monotonic() < begun + SETTLING_SECONDS:
            await asyncio.sleep(LOOK)
            if all(poster.done() for poster in posters) and await self._is_settled(cast):
                break
        self._settled = time.monotonic() - begun
        self._silent = [poster.get_name() for poster in posters if not poster.done()]
        await asyncio.sleep(GRACE_SECONDS)

    async def _is_settled(self, cast: Cast) -> bool:
        if not cast.has_seen(self._ledger.said):
            return False
        try:
            rows = await asyncio.to_thread(read_rows, self._bed.database_url)
        except psycopg.OperationalError:
            return False
        return rows.are_settled

    def _judged(self, cast: Cast, rows: Rows) -> Result:
        verdict = Verdict(self._ledger, rows)
        findings = [*verdict.findings(cast), *self._findings()]
        replies = [row for row in rows.messages if row.is_reply]
        diaries = cast.diaries
        return Result(
            seed=self._plan.seed,
            seconds=self._plan.seconds,
            passed=not findings,
            faults=self._havoc.kinds,
            conversations=self._plan.conversations,
            messages=len(self._ledger.said),
            replies=len(replies),
            attempts=sum(row.attempt for row in replies),
            gave_up=len(verdict.gave_up),
            readers=len(diaries),
            events=sum(diary.events for diary in diaries),
            posts_retried=self._ledger.retried,
            posts_repeated=self._ledger.repeated,
            reconnects=sum(diary.reconnects for diary in diaries),
            resets=sum(diary.resets for diary in diaries),
            histories=sum(diary.rereads for diary in diaries),
            longest_answer=round(self._ledger.slowest, 1),
            longest_silence=round(max(diary.silence for diary in diaries), 1),
            settled=round(self._settled, 1),
            findings=[f"{finding.kind}: {finding.what}" for finding in findings],
            **tally(findings),
        )

    def _findings(self) -> Iterator[Finding]:
        for name in self._silent:
            yield Finding("stuck", f"{name} was not acknowledged")
        for victim in self._bed.victims:
            if victim.fell:
                yield Finding("fell", f"{victim.name} ended by itself, {victim.fell} times")
            if victim.stayed:
                yield Finding("stuck", f"{victim.name} did not leave when asked, {victim.stayed} times")
