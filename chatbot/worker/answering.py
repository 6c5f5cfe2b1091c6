import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError

from chatbot.bots.load import BotLoadError, load
from chatbot.tools.toolbox import Threads
from chatbot.worker.attempt.attempt import FAILED, Attempt, Place, UnendedError
from chatbot.worker.attempt.progress import Progress
from chatbot.worker.tally import Tally
from chatbot.worker.titles import Titles
from conversations.answers import replies
from conversations.answers.heartbeats import Snapshot
from conversations.answers.outcome import Outcome
from conversations.answers.replies import Claim
from conversations.models import Message
from conversations.telling import news
from streaming.broker.publisher import Ack
from streaming.trace import REQUEST, about

logger = logging.getLogger(__name__)
FINISHING = 60.0
PUBLISHER_FULL = 0.1
NOT_YET = 0.1
LEAVING = 6.0


@dataclass(frozen=True, slots=True)
class Running:
    claim: Claim
    attempt: Attempt
    task: asyncio.Task[bool]


class Answering:
    """Answers what a conversation wants answered, one reply after the other, and knows what is running."""

    def __init__(
        self, threads: Threads, place: Place, tally: Tally, *, may_begin: Callable[[], bool]
    ) -> None:
        self.is_leaving = False
        self._has_left = False
        self._tally = tally
        self._may_begin = may_begin
        self._threads = threads
        self._database = threads.journal
        self._titles = Titles(threads.journal)
        self._place = place
        self._loop = asyncio.get_running_loop()
        self._running: dict[UUID, Running] = {}
        self._placing: set[asyncio.Task[None]] = set()
        # Called off between its claim and its attempt: most of them are answers of other workers.
        self._called_off: deque[UUID] = deque(maxlen=100)

    async def serve(self, conversation: UUID) -> None:
        """Until the conversation has nothing more that is free, or this worker is leaving."""
        while await self._goes_on():
            claim = await self._database(replies.claim, conversation)
            if claim is None:
                return
            if self._has_left:
                await self._give_back(claim)
                return
            with about(**subject(claim)):
                is_more = await self._answer(claim)
            if not is_more:
                return

    async def _goes_on(self) -> bool:
        """Who can't tell anybody, or can't keep an answer, begins none: another worker may be able to."""
        while not self.is_leaving and not self._may_begin():
            await asyncio.sleep(NOT_YET)
        return not self.is_leaving

    @property
    def running(self) -> int:
        return len(self._running)

    def snapshots(self) -> list[Snapshot]:
        return [running.attempt.snapshot() for running in self._running.values()]

    def cancel(self, reply: UUID) -> None:
        """That answer ends with what was said so far."""
        if reply in self._running:
            self._running[reply].attempt.cancel()
        else:
            self._called_off.append(reply)

    def lose(self, replies_lost: Iterable[UUID]) -> None:
        """Those answers stop without another word: they are no longer ours.

        One that was said to its end is left: whether it still counts is decided by its row.
        """
        for reply in replies_lost:
            if reply in self._running and not self._running[reply].attempt.has_ended:
                self._tally.lost()
                with about(**subject(self._running[reply].claim)):
                    logger.warning("reply %s is no longer ours", reply)
                self._running[reply].task.cancel()

    async def hand_over(self) -> None:
        """What still runs stops here, and is queued for another worker: also what is claimed just now."""
        self._has_left = True
        running = list(self._running.values())
        for one in running:
            one.task.cancel()
        if running:
            await asyncio.wait([one.task for one in running], timeout=LEAVING)
        stopped = [one.claim for one in running if one.task.cancelled()]
        # All at once: while PostgreSQL says nothing each takes its whole time.
        await asyncio.gather(*[self._give_back(claim) for claim in stopped])
        await self._titles.stop()

    async def _give_back(self, claim: Claim) -> None:
        with about(**subject(claim)):
            try:
                async with asyncio.timeout(LEAVING):
                    given = await self._database(replies.hand_over, claim)
            except (DatabaseError, InterfaceError, TimeoutError) as error:
                logger.warning("reply %s is left to another worker's sweep: %s", claim.id, error)
            else:
                self._tally.handed_over() if given else self._tally.lost()
                logger.info("reply %s: %s", claim.id, "handed over" if given else "no longer ours")

    async def _answer(self, claim: Claim) -> bool:
        """Whether the conversation may have more to answer."""
        begun = self._loop.time()
        self._tally.begun(claim)
        try:
            bot = load(claim.reply.bot)
        except BotLoadError:
            logger.exception("reply %s wants a bot that can't be had", claim.id)
            unsaid = Progress(claim, markdown=False).outcome(Message.Status.FAILED, FAILED)
            return await self._finish(claim, unsaid)
        attempt = Attempt(claim, bot, self._place, self._threads)
        task = asyncio.create_task(self._run(claim, attempt), name=f"attempt at {claim.id}")
        self._running[claim.id] = Running(claim, attempt, task)
        if claim.id in self._called_off:
            attempt.cancel()
        try:
            await asyncio.wait([task])
        finally:
            del self._running[claim.id]
            if attempt.spoke_at is not None:
                self._tally.spoken(claim, attempt.spoke_at - begun)
        if task.cancelled():
            return True
        if (error := task.exception()) is not None:
            logger.error("the attempt at reply %s broke off", claim.id, exc_info=error)
            return True
        return task.result()

    async def _run(self, claim: Claim, attempt: Attempt) -> bool:
        logger.info("reply %s: attempt %s", claim.id, claim.attempt)
        await self._begin(claim)
        try:
            outcome = await attempt.run()
        except UnendedError:
            self._tally.paused()
            logger.info("reply %s: waits for a person, or is no longer ours", claim.id)
            return True
        return await self._finish(claim, outcome)

    async def _begin(self, claim: Claim) -> None:
        def heard(ack: Ack) -> None:
            self._loop.call_soon_threadsafe(self._place_start, claim, self._place(ack))

        while not news.tell_now(claim.started, claim.reply, heard):
            await asyncio.sleep(PUBLISHER_FULL)

    def _place_start(self, claim: Claim, position: str) -> None:
        # The publisher's thread, which heard of it, is about nothing.
        with about(**subject(claim)):
            task = asyncio.create_task(self._keep_start(claim, position), name=f"place {claim.id}")
        self._placing.add(task)
        task.add_done_callback(self._placing.discard)

    async def _keep_start(self, claim: Claim, position: str) -> None:
        while claim.id in self._running:
            try:
                await self._database(replies.begun, claim, position)
            except (DatabaseError, InterfaceError):
                logger.warning("where reply %s starts could not be kept yet", claim.id)
                await asyncio.sleep(random.uniform(0.5, 1.5))
            else:
                return

    async def _finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Tries for a minute: while PostgreSQL is away nobody else can have claimed it either."""
        deadline = self._loop.time() + FINISHING
        while True:
            try:
                ended = await self._database(replies.finish, claim, outcome)
            except (OperationalError, InterfaceError):
                if self._loop.time() > deadline:
                    raise
                await asyncio.sleep(random.uniform(0.3, 1.0))
            else:
                self._tally.ended(ended.reply) if ended else self._tally.lost()
                if ended:
                    self._titles.consider(claim, ended.reply)
                logger.info("reply %s: %s", claim.id, ended.reply.status if ended else "overtaken")
                return ended is None or ended.is_more


def subject(claim: Claim) -> dict[str, str | None]:
    """What log lines about it carry, besides their words."""
    reply = claim.reply
    return {
        REQUEST: reply.request_id,
        "conversation": str(reply.conversation_id),
        "reply": str(reply.pk),
        "attempt": str(reply.attempt),
    }
