"""The tools of one attempt at one answer: each call is in the journal before it runs."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chatbot.bots.protocol import ToolCall as Call
from chatbot.bots.protocol import ToolError, ToolSpec, ToolWaitsError
from chatbot.database import Database
from chatbot.tools import calling
from chatbot.tools.described import Arguments, Tool, whole_question
from chatbot.tools.kept import Kept
from chatbot.tools.tool import Kind, ToolContext
from conversations.answers import approvals, journal
from conversations.answers.heartbeats import Snapshot
from conversations.answers.journal import CalledOffError, Draft, Ending, OvertakenError
from conversations.answers.replies import Claim
from conversations.models import ToolCall, User
from conversations.telling.events import tool_event
from streaming.event import Event

P = ParamSpec("P")
T = TypeVar("T")
State = ToolCall.State
MOST_CALLS = 100
PATIENCE = 60.0  # as for the end of an answer: while PostgreSQL is away nobody else can have claimed it
STOPPED = "The user has stopped this answer."


@dataclass(frozen=True, slots=True)
class Threads:
    """Of their own for tools: one that hangs must keep no answer from being written down."""

    journal: Database
    tools: Database


class Scene(Protocol):
    """The attempt that these tools are used in."""

    claim: Claim

    async def said(self) -> Snapshot:
        """Once everything that was said is with the publisher."""

    async def tell(self, event: Event) -> None: ...

    def elsewhere(self) -> AbstractContextManager[None]:
        """The bot is not waited for meanwhile."""

    def stop(self) -> None:
        """The bot is not heard any more."""

    def cancel(self) -> None:
        """The answer ends here, with what was said."""


class Toolbox:
    """One call after the other, also where a bot makes several at once: their order is that of the journal.

    `is_over`: the reply waits for a person, or is another worker's; either way nothing more may be written.
    """

    def __init__(self, scene: Scene, tools: Mapping[str, Tool], threads: Threads) -> None:
        self.specs: Sequence[ToolSpec] = [tool.spec for tool in tools.values()]
        self.is_over = False
        self._scene = scene
        self._claim = scene.claim
        self._tools = tools
        self._threads = threads
        self._kept = Kept()
        self._made = 0
        self._turn = asyncio.Lock()

    @property
    def journal(self) -> Sequence[Call]:
        return self._kept.told

    def resume(self) -> Sequence[Call]:
        self._kept.resume()
        return self._kept.told

    async def settle(self) -> None:
        """Before the bot speaks: what was approved is done, what was interrupted done again, or given up."""
        if self._claim.reply.tools is None:
            return  # like most: neither a query nor a thread's turn stands before the first word
        calls = await self._safely(journal.kept, self._claim)
        self._made = len(calls)
        self._kept = Kept([await self._settled(call) for call in calls])

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        """As the protocol says. Bounded: 100 calls for a reply, 64,000 characters for a result."""
        async with self._turn:
            if self.is_over:
                raise ToolWaitsError
            with self._scene.elsewhere():
                return _result(await self._called(self._known(tool), arguments))

    def _known(self, name: str) -> Tool:
        try:
            return self._tools[name]
        except KeyError as error:
            raise ToolError(f"There is no tool {name!r}.") from error

    async def _called(self, tool: Tool, given: Mapping[str, object]) -> ToolCall:
        arguments = tool.arguments(given)
        before = self._kept.take(tool.spec.name, arguments.digest)
        if before is not None:
            return before
        if self._made >= MOST_CALLS:
            raise ToolError(f"No more than {MOST_CALLS} calls of tools are made for an answer.")
        draft = Draft(
            self._made + 1, tool.spec.name, arguments.plain, arguments.digest, tool.label(arguments)
        )
        if tool.traits.asks is not None:
            await self._ask(tool, arguments, draft)
        self._made += 1
        return await self._run(tool, arguments, draft)

    async def _ask(self, tool: Tool, arguments: Arguments, draft: Draft) -> None:
        question = whole_question(await self._question(tool, arguments))
        said = await self._scene.said()
        # From here on this attempt is at its end, however the question is kept: its heartbeat finds no pulse.
        self.is_over = True
        seconds = settings.TOOL_APPROVAL_SECONDS
        await self._safely(approvals.ask, self._claim, draft, question, seconds=seconds, said=said)
        self._scene.stop()
        raise ToolWaitsError

    async def _question(self, tool: Tool, arguments: Arguments) -> str:
        asks = tool.traits.asks
        if isinstance(asks, str):
            return asks.format_map(arguments.values)
        assert asks is not None, "it is asked"
        user = await self._safely(journal.owner, self._claim)
        context, seconds = self._context(user, ""), tool.traits.seconds
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                look = partial(asks, context, **arguments.values)
                return await self._patiently(
                    self._threads.tools, lambda: journal.looked_up(look, seconds=seconds)
                )
        except Exception as error:
            raise ToolError(calling.failure(tool, error).error) from error

    async def _settled(self, call: ToolCall) -> ToolCall:
        if call.state not in ToolCall.UNFINISHED:
            return call
        draft = Draft(call.ordinal, call.tool, call.arguments, call.digest, call.label)
        tool = self._tools.get(call.tool)
        ending = calling.given_up(call, tool)
        if tool is not None and ending is None:
            try:
                return await self._run(tool, tool.arguments(call.arguments), draft)
            except ToolError as error:
                ending = Ending(State.FAILED, error=str(error))
        await self._safely(journal.begin, self._claim, draft)
        assert ending is not None, "it was not run"
        return await self._ended(draft, ending)

    async def _run(self, tool: Tool, arguments: Arguments, draft: Draft) -> ToolCall:
        call, user = await self._safely(journal.begin, self._claim, draft)
        await self._tell(call)
        if not user.is_active:
            return await self._ended(draft, Ending(State.FAILED, error="This account is closed."))
        context = self._context(user, call.key)
        if tool.traits.kind is not Kind.DATABASE:
            return await self._ended(
                draft, await calling.called(tool, context, arguments, self._threads.tools)
            )
        return await self._transacted(tool, context, arguments, draft)

    async def _transacted(
        self, tool: Tool, context: ToolContext, arguments: Arguments, draft: Draft
    ) -> ToolCall:
        seconds, effect = tool.traits.seconds, calling.effect(tool, context, arguments)
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                done = await self._patiently(
                    self._threads.tools,
                    lambda: journal.carry_out(self._claim, draft.ordinal, effect, seconds=seconds),
                )
        except (OvertakenError, CalledOffError):
            raise
        except Exception as error:  # noqa: BLE001  (a tool may raise anything: the log and the bot are told)
            ending = calling.late(tool) if limit.expired() else calling.failure(tool, error)
            return await self._ended(draft, ending)
        await self._tell(done)
        return done

    async def _ended(self, draft: Draft, ending: Ending) -> ToolCall:
        call = await self._safely(journal.end, self._claim, draft.ordinal, ending)
        await self._tell(call)
        return call

    async def _tell(self, call: ToolCall) -> None:
        reply = self._claim.reply
        await self._scene.tell(tool_event(reply.conversation.owner_channel, call, reply))

    def _context(self, user: User, key: str) -> ToolContext:
        reply = self._claim.reply
        return ToolContext(user, reply.conversation_id, reply.pk, reply.attempt, key)

    async def _safely(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._patiently(self._threads.journal, lambda: work(*args, **kwargs))

    async def _patiently(self, database: Database, work: Callable[[], T]) -> T:
        """Tries for a minute while PostgreSQL is away; all that goes this way may be repeated."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE
        while True:
            try:
                return await database(work)
            except (OperationalError, InterfaceError):
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(random.uniform(0.3, 1.0))
            except OvertakenError:
                self.is_over = True
                self._scene.stop()
                raise
            except CalledOffError:
                self.is_over = False
                self._scene.cancel()
                raise


def _result(call: ToolCall) -> Any:
    if call.state != State.DONE:
        raise ToolError(call.error)
    return call.result
