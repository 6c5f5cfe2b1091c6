import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from chatbot.bots.protocol import BotError, Citation, Part, Question, Thought, Turn, Usage

logger = logging.getLogger(__name__)
NO_RUNNABLE = "Nothing is set up here that could answer. Whoever runs this service can change that."


class LangchainBot:
    """Answers with what a LangChain runnable streams when it is given the conversation's messages.

    It may stream strings and messages, and citations and usage as any bot's. `runnable` is the dotted path of
    an object with `astream`, by default `LANGCHAIN_RUNNABLE`; one object serves all answers.
    """

    markdown = True
    runnable = ""

    async def answer(self, question: Question) -> AsyncGenerator[Part, None]:
        # LangChain takes a second to import: not of the event loop.
        runnable, messages = await asyncio.to_thread(self._prepared, question)
        known = {"thread_id": str(question.conversation_id), "user_id": question.user_id}
        meter = Meter()
        async with aclosing(runnable.astream(messages, config={"configurable": known})) as chunks:
            async for chunk in chunks:
                is_no_text = isinstance(chunk, Citation | Usage | Thought)
                yield chunk if is_no_text else meter.spoken(words(chunk)) or Thought()
                if (usage := meter.usage(chunk)) is not None:
                    yield usage

    def _prepared(self, question: Question) -> tuple[Any, list[Any]]:
        path = self.runnable or settings.LANGCHAIN_RUNNABLE
        try:
            runnable = import_string(path)
            kinds = import_module("langchain_core.messages")
        except (ImportError, ValueError) as error:
            logger.exception("the runnable %r can't be had", path)
            raise BotError(NO_RUNNABLE) from error
        turns = [*question.history, Turn("user", question.text)]
        kind = {"user": kinds.HumanMessage, "assistant": kinds.AIMessage}
        return runnable, [kind[turn.role](turn.text) for turn in turns]


def words(chunk: Any) -> str:
    """Of a string, or of a message, whose content may be blocks of which only some are text."""
    if isinstance(chunk, str):
        return chunk
    if isinstance(getattr(chunk, "text", None), str):
        return str(chunk.text)
    raise TypeError(f"the runnable streams {type(chunk).__name__}, which is neither a string nor a message")


class Meter:
    """Adds up what messages say that they took; of a runnable that streams strings nothing is known."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._first_token_ms: int | None = None
        self._model = ""
        self._input = 0
        self._output = 0

    def spoken(self, text: str) -> str:
        if text and self._first_token_ms is None:
            self._first_token_ms = round((time.monotonic() - self._begun) * 1000)
        return text

    def usage(self, chunk: Any) -> Usage | None:
        """After a chunk that tells of some, whose numbers are those of this chunk alone."""
        self._model = getattr(chunk, "response_metadata", {}).get("model_name", self._model)
        told = getattr(chunk, "usage_metadata", None)
        if not told:
            return None
        self._input += told["input_tokens"]
        self._output += told["output_tokens"]
        return Usage(self._model, self._input, self._output, self._first_token_ms)
