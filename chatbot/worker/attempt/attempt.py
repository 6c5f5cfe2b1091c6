import asyncio
import logging
from collections.abc import Callable

from django.conf import settings

from chatbot.bots.protocol import Bot, BotError, Citation, Question, Turn
from chatbot.worker.attempt.patience import Patience
from chatbot.worker.attempt.progress import Progress, TooLongError
from chatbot.worker.attempt.talk import BotTooSlowError, Talk
from chatbot.worker.attempt.voice import Voice
from conversations.heartbeats import Snapshot
from conversations.models import Message
from conversations.outcome import Outcome
from conversations.replies import Claim
from streaming.broker.publisher import Ack

logger = logging.getLogger(__name__)
FAILED = "Something went wrong while answering. Ask again, please."
TOO_SLOW = "The answer took too long and was given up. Ask again, please."
SILENT = "There was no answer to this. Ask again, or in other words, please."

Place = Callable[[Ack], str]
End = tuple[Message.Status, str]


class Attempt:
    """One attempt at one reply: the bot speaks, and what it says is told as it comes.

    `cancel` ends it with what was said. Whoever cancels the task that runs it ends it without a word:
    for an attempt that is no longer ours, or is handed over.
    """

    def __init__(self, claim: Claim, bot: Bot, place: Place) -> None:
        self.claim = claim
        self.has_ended = False
        self._place = place
        self._progress = Progress(claim, markdown=bot.markdown)
        self._voice = Voice(self._progress)
        patience = Patience(word=settings.BOT_TOKEN_SECONDS, answer=settings.BOT_ANSWER_SECONDS)
        self._talk = Talk(bot, question(claim), self._hear, patience)
        self._is_cancelled = False

    async def run(self) -> Outcome:
        """How it ended; everything that was said is with the publisher by then."""
        with self._voice:
            outcome = await self._outcome(*await self._end())
        self.has_ended = True
        return outcome

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
        if not self._progress.has_words:
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
        elif isinstance(part, str):
            self._progress.say(part)
            await self._voice.speak()
        else:
            raise TypeError(f"a bot yields str and Citation, not {type(part).__name__}")


def question(claim: Claim) -> Question:
    *earlier, asked = claim.history
    said = [message for message in earlier if message.text]
    return Question(
        text=asked.text,
        history=tuple(Turn(message.role, message.text) for message in said),
        user_id=claim.reply.conversation.owner_id,
        conversation_id=claim.reply.conversation_id,
    )
