import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.conf import settings

from chatbot.bots.protocol import Bot, BotError, Citation, NoTools, Question, Thought, Turn, Usage
from chatbot.bots.protocol import Toolbox as Tools
from chatbot.markdown.look import Look
from chatbot.tools.registry import tools
from chatbot.tools.toolbox import Threads, Toolbox
from chatbot.worker.attempt.patience import Patience
from chatbot.worker.attempt.progress import Progress, TooLongError
from chatbot.worker.attempt.talk import BotTooSlowError, Talk
from chatbot.worker.attempt.voice import Voice
from conversations.answers.heartbeats import Snapshot
from conversations.answers.outcome import Outcome
from conversations.answers.replies import Claim
from conversations.models import Message
from streaming import publishing
from streaming.broker.publisher import Ack
from streaming.event import Event

logger = logging.getLogger(__name__)
FAILED = "Something went wrong while answering. Ask again, please."
TOO_SLOW = "The answer took too long and was given up. Ask again, please."
SILENT = "There was no answer to this. Ask again, or in other words, please."

PUBLISHER_FULL = 0.1

Place = Callable[[Ack], str]
End = tuple[Message.Status, str]


class UnendedError(Exception):
    """Nothing is to be written: the reply waits for a person, or is no longer ours."""


class Attempt:
    """One attempt at one reply: the bot speaks, and what it says is told as it comes.

    `cancel` ends it with what was said. Whoever cancels the task that runs it ends it without a word:
    for an attempt that is no longer ours, or is handed over. Without `threads` its bot has no tools.
    """

    def __init__(self, claim: Claim, bot: Bot, place: Place, threads: Threads | None = None) -> None:
        self.claim = claim
        self._has_said_all = False
        self._place = place
        self._progress = Progress(claim, markdown=bot.markdown, elsewhere=in_a_thread)
        self._voice = Voice(self._progress)
        self._patience = Patience(word=settings.BOT_TOKEN_SECONDS, answer=settings.BOT_ANSWER_SECONDS)
        self._tools = Toolbox(self, tools(), threads) if threads is not None else None
        asked = question(claim, self._tools or NoTools())
        self._talk = Talk(bot, asked, self._hear, self._patience, self._settle)
        self._is_cancelled = False

    async def run(self) -> Outcome:
        """How it ended; everything that was said is with the publisher by then. Raises UnendedError."""
        with self._voice:
            end = await self._end()
            if self._is_unended:
                raise UnendedError
            outcome = await self._outcome(*end)
        self._has_said_all = True
        return outcome

    @property
    def has_ended(self) -> bool:
        """Whether it still counts is decided by its row."""
        return self._has_said_all or self._is_unended

    @property
    def spoke_at(self) -> float | None:
        """When its first piece was told, by the loop's clock."""
        return self._voice.spoke_at

    def snapshot(self) -> Snapshot:
        acked = self._voice.acked
        return self._progress.snapshot(self._place(Ack(acked.partition, acked.offset + 1)) if acked else None)

    def cancel(self) -> None:
        self._is_cancelled = True
        self._talk.stop()

    def stop(self) -> None:
        self._talk.stop()

    def elsewhere(self) -> AbstractContextManager[None]:
        return self._patience.elsewhere()

    async def said(self) -> Snapshot:
        """All of it, which is with the publisher by then."""
        await self._voice.flush()
        return self.snapshot()

    async def tell(self, event: Event) -> None:
        while not publishing.tell(event, _unheard):
            await asyncio.sleep(PUBLISHER_FULL)

    async def _settle(self) -> None:
        if self._tools is not None:
            await self._tools.settle()

    @property
    def _is_unended(self) -> bool:
        return self._tools is not None and self._tools.is_over

    async def _end(self) -> End:
        try:
            await self._talk.run()
        except (BotError, TooLongError) as error:
            return Message.Status.FAILED, str(error) or FAILED
        except BotTooSlowError as error:
            logger.error("the bot %s was given up at %s: %s", self.claim.reply.bot, self.claim.id, error)
            return Message.Status.FAILED, TOO_SLOW
        except Exception:
            logger.exception("the bot %s failed at reply %s", self.claim.reply.bot, self.claim.id)
            return Message.Status.FAILED, FAILED
        return self._said_all()

    def _said_all(self) -> End:
        if self._is_cancelled:
            return Message.Status.CANCELLED, ""
        if not self._progress.has_words and not self._is_unended:
            logger.error("the bot %s said nothing at reply %s", self.claim.reply.bot, self.claim.id)
            return Message.Status.FAILED, SILENT
        return Message.Status.COMPLETE, ""

    async def _outcome(self, status: Message.Status, error: str) -> Outcome:
        try:
            await self._voice.flush()
            # Rendering a long text as a whole takes its time: not the other answers'.
            return await asyncio.to_thread(self._progress.outcome, status, error)
        except Exception:
            logger.exception("reply %s could not be rendered", self.claim.id)
            return self._progress.plain_outcome(Message.Status.FAILED, FAILED)

    async def _hear(self, part: object) -> None:
        if isinstance(part, Citation):
            self._progress.cite(part)
        elif isinstance(part, Usage):
            self._progress.use(part)
        elif isinstance(part, str):
            self._progress.say(part)
            await self._voice.speak()
        elif not isinstance(part, Thought):
            raise TypeError(f"a bot yields str, Citation, Usage and Thought, not {type(part).__name__}")


def _unheard(_ack: Ack) -> None:
    """Where it lies in the log is of no use to anybody."""


def in_a_thread(look: Callable[[], Look]) -> asyncio.Future[Look]:
    """One of the loop's, which joins them in the end: a look can't be called off, and takes some seconds."""
    return asyncio.get_running_loop().run_in_executor(None, look)


def question(claim: Claim, tools: Tools) -> Question:
    *earlier, asked = claim.history
    said = [message for message in earlier if message.text]
    return Question(
        text=asked.text,
        history=tuple(Turn(message.role, message.text) for message in said),
        user_id=claim.reply.conversation.owner_id,
        conversation_id=claim.reply.conversation_id,
        tools=tools,
    )
