import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable

from chatbot.bots.protocol import Bot, Question, Usage
from chatbot.worker.attempt.patience import Patience

logger = logging.getLogger(__name__)
LAST_WORDS = 5.0  # for a bot to close what it holds
LONGEST_LOOK = 1.0  # while Kafka, and not the bot, is waited for
STOOD_STILL = 5.0
PARTS_A_TURN = 32
MOST_EMPTY = 100_000
DEADLY = (SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)

Hear = Callable[[object], Awaitable[None]]
Prepare = Callable[[], Awaitable[None]]

abandoned: set[asyncio.Task[None]] = set()
"""Bots that refuse to end: nobody hears them any more, and the end of the process does not wait for them."""


async def _nothing() -> None:
    pass


class BotDiedError(Exception):
    """The bot raised what would end more than its answer: SystemExit, say, or a CancelledError of its own."""


class BotTooSlowError(Exception):
    """The bot did not say anything, or did not come to an end, for longer than it may."""


class BotSilentError(Exception):
    """The bot says nothing, again and again."""


class Talk:
    """A bot's answer to one question, on a task of its own: `hear` gets each part, and is waited for.

    `prepare` comes before, in a time of its own, and ends the talk where it raises.
    A bot that never awaits leaves the loop its turns all the same. When the talk ends, for whatever reason,
    the bot's generator is closed in the task that ran it; what does not end then is abandoned after 5 s.
    """

    def __init__(
        self, bot: Bot, question: Question, hear: Hear, patience: Patience, prepare: Prepare = _nothing
    ) -> None:
        self._bot = bot
        self._question = question
        self._hear = hear
        self._patience = patience
        self._prepare = prepare
        self._loop = asyncio.get_running_loop()
        self._waited_enough: asyncio.Future[None] = self._loop.create_future()
        self._is_stopped = False
        self._is_over = False
        self._has_turned = False

    def stop(self) -> None:
        """The bot is not heard any more, from this moment on."""
        self._is_stopped = self._is_over = True
        self._wait_no_longer()

    async def run(self) -> None:
        """Returns when the bot has said everything, or soon after `stop`.

        Raises what the bot raised, or a BotDiedError, BotTooSlowError or BotSilentError. Whoever cancels it
        waits for 5 s at most.
        """
        self._patience.start()
        talking = asyncio.create_task(self._talk(), name=f"bot {type(self._bot).__name__}")
        try:
            await self._sit_out(talking)
        finally:
            await self._end(talking)
        if self._is_stopped:
            return
        if not talking.done():
            raise BotTooSlowError("it did not close what it holds")
        talking.result()

    def _wait_no_longer(self) -> None:
        if not self._waited_enough.done():
            self._waited_enough.set_result(None)

    async def _sit_out(self, talking: asyncio.Task[None]) -> None:
        while not (talking.done() or self._waited_enough.done()):
            left = self._patience.left
            if left <= 0:
                raise BotTooSlowError("it took longer than it may")
            await self._look(talking, LONGEST_LOOK if left == math.inf else left)

    async def _look(self, talking: asyncio.Task[None], seconds: float) -> None:
        due = self._loop.time() + seconds
        await asyncio.wait(
            [talking, self._waited_enough], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        late = self._loop.time() - due
        if late > STOOD_STILL:
            self._patience.forgive(late)

    async def _end(self, talking: asyncio.Task[None]) -> None:
        self._is_over = True
        if not talking.done():
            talking.cancel()
            await asyncio.wait([talking], timeout=LAST_WORDS)
        if not talking.done():
            logger.error("the bot %s refuses to end, and is left alone", type(self._bot).__name__)
            abandoned.add(talking)
        talking.add_done_callback(_forget)

    async def _talk(self) -> None:
        try:
            await self._converse()
        except DEADLY as error:
            # In the loop they would end the worker, or nothing would be known of this task.
            raise BotDiedError(f"it raised {error!r}") from error

    async def _converse(self) -> None:
        with self._patience.elsewhere():
            await self._prepare()
        said = self._bot.answer(self._question)
        try:
            await self._hear_all(said)
        finally:
            self._patience.stop(has_spoken=True)
            end = self._loop.call_later(LAST_WORDS, self._wait_no_longer)
            await self._close(said)
            end.cancel()

    async def _hear_all(self, said: AsyncIterator[object]) -> None:
        parts = empty = 0
        async for part in said:
            has_spoken = bool(part) and not isinstance(part, Usage)
            self._patience.stop(has_spoken=has_spoken)
            if self._is_over:
                return
            await self._hear(part)
            parts += 1
            empty = 0 if has_spoken else empty + 1
            if not parts % PARTS_A_TURN:
                await self._give_way(empty)
            self._patience.start()

    async def _give_way(self, empty: int) -> None:
        """Lets everything else have its turn, unless the bot itself did so since the last time."""
        if empty >= MOST_EMPTY:
            raise BotSilentError(f"it said nothing {empty} times in a row")
        if not self._has_turned:
            await asyncio.sleep(0)
        self._has_turned = False
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._has_turned = True

    async def _close(self, said: object) -> None:
        """What is only dropped goes on holding what it holds: a model's answer, say."""
        if asyncio.iscoroutine(said):
            said.close()
        elif hasattr(said, "aclose"):
            await self._close_generator(said.aclose)

    async def _close_generator(self, close: Callable[[], Awaitable[None]]) -> None:
        try:
            await close()
        except (*DEADLY, Exception):
            logger.exception("the bot %s did not close well", type(self._bot).__name__)


def _forget(talking: asyncio.Task[None]) -> None:
    abandoned.discard(talking)
    if not talking.cancelled():
        talking.exception()  # asyncio would complain of one that nobody asked for
