import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from chatbot.database import Database
from chatbot.tools import registry
from chatbot.tools.mcp.servers import Servers
from chatbot.tools.toolbox import Threads
from chatbot.worker.answering import Answering
from chatbot.worker.broker_watch import BrokerWatch
from chatbot.worker.endings import all_done, stopped
from chatbot.worker.heartbeat import Heartbeat
from chatbot.worker.inbox import Inbox
from chatbot.worker.ingestion import Ingestion
from chatbot.worker.liveness import LivenessFile
from chatbot.worker.records.control import Control
from chatbot.worker.records.doorbell import Doorbell
from chatbot.worker.records.graves import bury
from chatbot.worker.state import BacklogWatch, WorkerState
from chatbot.worker.sweep import sweep
from chatbot.worker.tally import Tally
from chatbot.worker.vitals import Vitals
from conversations.answers import approvals, backlog, replies
from conversations.telling import acknowledgements, sweeping
from conversations.telling.acknowledgements import Acknowledgements
from streaming import publishing
from streaming.broker.group_reader import GroupReader
from streaming.broker.log_reader import LogReader
from streaming.broker.publisher import Publisher
from streaming.configuration import CONTROL, INCOMING, RESPONSES, broker_options, group, topic, topic_client
from streaming.record import Record

logger = logging.getLogger(__name__)
SWEPT_AT_ONCE = 500
CLOSING = 3.0
WATCHED = 3.0  # seconds that Kafka has to tell who it is
STUCK = 2.0
# A question that nobody was rung for is answered within three seconds: it counts as stranded after two.
WORK_SWEEP = 0.4


class DoorbellError(Exception):
    """Nothing is heard from Kafka any more: the worker has to be started anew."""


class Worker:
    """Answers conversations until it is told to leave. Owns all its threads and tasks.

    `leave` lets running answers go on for the drain time; called once more it hands them over at once.
    `has_hung` after `run`: PostgreSQL kept threads that nothing can stop but the end of the process.
    """

    def __init__(self, *, concurrency: int, drain_seconds: float, liveness_file: Path | None = None) -> None:
        options = broker_options()
        self.tally = Tally({settings.BOT, *settings.BOTS})
        self.backlog = BacklogWatch()
        self.inbox = Inbox(bound=10 * concurrency)
        self.has_hung = False
        self._concurrency = concurrency
        self._drain_seconds = drain_seconds
        self._loop = asyncio.get_running_loop()
        self._leaving, self._hurried = asyncio.Event(), asyncio.Event()
        self._database = Database()
        self._publisher = Publisher(options, patience_ms=0)
        self._acknowledgements = Acknowledgements()
        self._watch = BrokerWatch(topic_client(timeout=WATCHED), topic(RESPONSES))
        self._tools = Database("tools", threads=4)
        threads = Threads(self._database, self._tools)
        self._answering = Answering(threads, self._watch.place, self.tally, may_begin=self._may_begin)
        self._pulse = Database("heartbeat", threads=1)
        self._heartbeat = Heartbeat(self._answering, self._pulse)
        self._doorbell = Doorbell(
            lambda: GroupReader(options, topic(INCOMING), group()), offer=self.inbox.offer, bury=self._bury
        )
        self._control = Control(
            lambda: LogReader(options, topic(CONTROL)),
            topic_client(timeout=WATCHED),
            cancel=self._cancel,
            bury=self._bury,
        )
        self._servers = Servers(settings.MCP_SERVERS, seconds=settings.MCP_CALL_SECONDS)
        self._ingestion, self._vitals = Ingestion(), Vitals()
        self._liveness = LivenessFile(liveness_file, self._vitals) if liveness_file else None
        self._slots = asyncio.Semaphore(concurrency)
        self._serving: set[asyncio.Task[None]] = set()

    def leave(self) -> None:
        (self._hurried if self._leaving.is_set() else self._leaving).set()

    async def run(self) -> None:
        """Returns once everything has stopped. Raises what a background task raised, which none should."""
        self._start()
        heartbeat = asyncio.create_task(self._heartbeat.run(), name="heartbeat")
        background = [asyncio.create_task(work, name=name) for name, work in self._background().items()]
        leaving = asyncio.create_task(self._leaving.wait(), name="leaving")
        lasting = [heartbeat, leaving, *self._show_life()]
        await asyncio.wait([leaving, heartbeat, *background], return_when=asyncio.FIRST_COMPLETED)
        if heartbeat.done():
            self._hurried.set()  # nothing renews the answers that run
        failures = await self._stop_taking(background)
        silencing = asyncio.create_task(asyncio.to_thread(self._doorbell.stop), name="end of the doorbell")
        await self._drain()
        failures += await stopped(lasting)
        await silencing  # takes some seconds while Kafka is away: not out of the time of those who drain
        await self._close()
        if self._liveness is not None and not failures:
            self._liveness.remove()
        if failures:
            raise failures[0]

    @property
    def state(self) -> WorkerState:
        """As it is now, for whoever watches. Any thread."""
        return WorkerState(
            running=self._answering.running,
            free_slots=self._concurrency - len(self._serving),
            inbox=len(self.inbox),
            heartbeat_age=self._heartbeat.age,
            is_connected=self._is_heard(),
        )

    @property
    def outgoing(self) -> tuple[Publisher, Acknowledgements]:
        return self._publisher, self._acknowledgements

    def _background(self) -> dict[str, Coroutine[None, None, None]]:
        return {
            "backlog": sweep("backlog", 5.0, self._look_at_backlog),
            "broker watch": self._watch.run(),
            "work": self._take_work(),
            "work sweep": sweep("work", WORK_SWEEP, self._vitals.watched("work sweep", self._sweep_work)),
            "news sweep": sweep("news", 1.0, self._vitals.watched("news sweep", self._sweep_news)),
            "approvals": sweep("approvals", 2.0, self._vitals.watched("approvals", self._sweep_approvals)),
            "purge": sweep("purge", 5.0, self._vitals.watched("purge", self._sweep_deleted)),
        }

    def _show_life(self) -> list[asyncio.Task[None]]:
        self._vitals.watch("heartbeat", lambda: self._heartbeat.turned_at)
        self._vitals.watch("doorbell", lambda: self._doorbell.turned_at)
        if self._liveness is None:
            return []
        return [asyncio.create_task(self._liveness.run(), name="liveness file")]

    def _start(self) -> None:
        if self._liveness is not None:
            self._liveness.make()
        self._acknowledgements.start()
        self._publisher.start()
        acknowledgements.install(self._acknowledgements)
        publishing.install(self._publisher)
        registry.install(self._servers.tools)
        self._servers.start()
        self._doorbell.start()
        self._control.start()
        self._ingestion.start()

    def _may_begin(self) -> bool:
        return self._is_heard() and self._heartbeat.is_fresh and self._servers.are_settled

    def _is_heard(self) -> bool:
        """Kafka is there, and takes what this worker says: its watch alone notices a stalled one late."""
        return self._watch.is_connected and self._publisher.stuck_for < STUCK

    async def _take_work(self) -> None:
        while True:
            await self._slots.acquire()
            conversation = await self.inbox.take()
            task = asyncio.create_task(self._serve(conversation), name=f"serve {conversation}")
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    def _bury(self, record: Record, topic: str, reason: str) -> Future[bool]:
        """On any thread: whether it was kept, as `bury` tells."""
        return asyncio.run_coroutine_threadsafe(self._database(bury, record, topic, reason), self._loop)

    def _cancel(self, reply: UUID) -> None:
        """On any thread."""
        self._loop.call_soon_threadsafe(self._answering.cancel, reply)

    async def _serve(self, conversation: UUID) -> None:
        try:
            await self._answering.serve(conversation)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("conversation %s is left to the sweep: %s", conversation, error)
        except Exception:
            logger.exception("conversation %s is left to the sweep", conversation)
        finally:
            self.inbox.done(conversation)
            self._slots.release()

    async def _sweep_work(self) -> None:
        if self._doorbell.is_silent:
            raise DoorbellError("the doorbell's thread has ended: its log says why")
        free = self._concurrency - len(self._serving)
        if free and self._may_begin():
            for conversation in await self._database(replies.stranded, free):
                self.inbox.offer(conversation)

    async def _sweep_news(self) -> None:
        if self._is_heard():
            self.tally.retold(await self._database(sweeping.tell_overdue, SWEPT_AT_ONCE))

    async def _sweep_deleted(self) -> None:
        await self._database(sweeping.purge_deleted, SWEPT_AT_ONCE)

    async def _sweep_approvals(self) -> None:
        await self._database(approvals.expire, SWEPT_AT_ONCE)

    async def _look_at_backlog(self) -> None:
        if self.backlog.is_wanted:
            self.backlog.note(await self._database(backlog.look))

    async def _stop_taking(self, background: list[asyncio.Task[None]]) -> list[Exception]:
        logger.info("leaving: no new answers are begun")
        self._answering.is_leaving = True
        self._vitals.watch_only("heartbeat")
        return await stopped(background)

    async def _drain(self) -> None:
        """Running answers get their time, the rest is handed over. Their heartbeat goes on meanwhile."""
        hurried = asyncio.create_task(self._hurried.wait(), name="hurried")
        serving = asyncio.create_task(all_done(self._serving), name="serving")
        await asyncio.wait(
            [serving, hurried], timeout=self._drain_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        await self._answering.hand_over()
        await asyncio.wait([serving], timeout=CLOSING)  # who was just claiming gives back what they got
        await stopped([hurried, serving])

    async def _close(self) -> None:
        """The publisher before those who hear its acknowledgements, the database after all who use it."""
        threads = map(asyncio.to_thread, [self._control.stop, self._ingestion.stop])
        await asyncio.gather(*threads, self._servers.stop())
        unsent = await asyncio.to_thread(self._publisher.stop)
        await asyncio.to_thread(self._acknowledgements.stop)
        for database in (self._tools, self._database, self._pulse):
            self.has_hung |= not await asyncio.to_thread(database.close, timeout=CLOSING)
        logger.info("left; %s records were not sent", unsent)
