import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from chatbot.bots.protocol import Bot, BotError, Citation, Question, Turn
from chatbot.worker.progress import MOST_CHARACTERS, Progress, TooLongError
from chatbot.worker.voice import Voice
from conversations.heartbeats import Snapshot
from conversations.models import Message
from conversations.replies import Claim, Outcome
from streaming.broker.publisher import Ack

logger = logging.getLogger(__name__)
LAST_WORDS = 5.0  # for a bot to close what it holds
TOO_LONG = f"The answer was cut off at {MOST_CHARACTERS:,} characters."
FAILED = "Something went wrong while answering. Ask again, please."

Place = Callable[[Ack], str]


class Attempt:
    """One attempt at one reply: the bot speaks, and what it says is told as it comes.

    `cancel` ends it with what was said. Whoever cancels the task that runs it ends it without a word:
    for an attempt that is no longer ours, or is handed over.
    """

    def __init__(self, claim: Claim, bot: Bot, place: Place) -> None:
        self.claim = claim
        self._bot = bot
        self._place = place
        self._progress = Progress(claim, markdown=bot.markdown)
        self._voice = Voice(self._progress)
        self.has_ended = False
        self._is_cancelled = False
        self._talk: asyncio.Task[Outcome] | None = None

    async def run(self) -> Outcome:
        """How it ended; everything that was said is with the publisher by then."""
        self._talk = asyncio.create_task(self._answer(), name=f"answer {self.claim.id}")
        if self._is_cancelled:
            self._talk.cancel()
        try:
            await asyncio.wait([self._talk])
        except asyncio.CancelledError:
            # Not ours any more: the bot gets a moment to close, and nothing of it counts.
            self._talk.cancel()
            await asyncio.wait([self._talk], timeout=LAST_WORDS)
            raise
        finally:
            self._voice.close()
        outcome = await self._end_of(self._talk)
        self.has_ended = True
        return outcome

    async def _end_of(self, talk: asyncio.Task[Outcome]) -> Outcome:
        if not talk.cancelled():
            return talk.result()
        if self._is_cancelled:
            return await self._outcome(Message.Status.CANCELLED, "")
        return await self._outcome(Message.Status.FAILED, FAILED)

    def snapshot(self) -> Snapshot:
        acked = self._voice.acked
        return self._progress.snapshot(self._place(Ack(acked.partition, acked.offset + 1)) if acked else None)

    def cancel(self) -> None:
        self._is_cancelled = True
        if self._talk is not None:
            self._talk.cancel()

    async def _answer(self) -> Outcome:
        try:
            await self._listen()
        except BotError as error:
            outcome = Message.Status.FAILED, str(error)
        except TooLongError:
            outcome = Message.Status.FAILED, TOO_LONG
        except Exception:
            logger.exception("the bot %s failed at reply %s", self.claim.reply.bot, self.claim.id)
            outcome = Message.Status.FAILED, FAILED
        else:
            outcome = Message.Status.COMPLETE, ""
        return await self._outcome(*outcome)

    async def _outcome(self, status: Message.Status, error: str) -> Outcome:
        await self._voice.flush()
        # Rendering a long text as a whole takes its time: not the other answers'.
        return await asyncio.to_thread(self._progress.outcome, status, error)

    async def _listen(self) -> None:
        said = self._bot.answer(question(self.claim))
        try:
            async for part in said:
                if isinstance(part, Citation):
                    self._progress.cite(part)
                else:
                    self._progress.say(part)
                    await self._voice.speak()
        finally:
            # A generator that is only dropped goes on holding what it holds: a model's answer, say.
            if isinstance(said, AsyncGenerator):
                await said.aclose()


def question(claim: Claim) -> Question:
    *earlier, asked = claim.history
    said = [message for message in earlier if message.text]
    return Question(
        text=asked.text,
        history=tuple(Turn(message.role, message.text) for message in said),
        user_id=claim.reply.conversation.owner_id,
        conversation_id=claim.reply.conversation_id,
    )
