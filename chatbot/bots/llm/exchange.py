import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count

from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from chatbot.bots.llm.aloud import Aloud
from chatbot.bots.llm.backoff import pause_after
from chatbot.bots.llm.failure import (
    CUT_OFF,
    DECLINED,
    TOO_MANY_CALLS,
    details,
    refuses_tools,
    sentence,
)
from chatbot.bots.llm.meter import Meter
from chatbot.bots.llm.tools import Tools, readable
from chatbot.bots.protocol import BotError, Thought, Usage

logger = logging.getLogger(__name__)
MOST_REQUESTS = 12
# Who repeats a request here knows whether anything was said already; the provider's library does not.
SETTINGS = ModelSettings(max_retries=0)
# What the library stumbles over in a chunk that is JSON and no chunk.
NONSENSE = (AttributeError, LookupError, TypeError, ValueError)
Said = str | Usage | Thought
ENDS = {"length": CUT_OFF, "content_filter": DECLINED}


class Exchange:
    """An answer as a model and its tools come to it: request after request, until nothing more is called."""

    def __init__(self, model: Model, messages: list[ModelMessage], tools: Tools, name: str) -> None:
        self._model = model
        self._messages = [*messages, *tools.earlier()]
        self._tools = tools
        self._name = name
        self._meter = Meter(name)
        self._has_begun = False
        self._response: ModelResponse | None = None

    async def parts(self) -> AsyncGenerator[Said, None]:
        """Raises BotError, and ToolWaitsError as it comes. The usage of what was said is told before."""
        try:
            async with aclosing(self._requests()) as parts:
                async for part in parts:
                    yield part
        except AgentRunError as error:
            logger.error("the model %s failed: %s", self._name, details(error))
            yield self._meter.usage(failure=details(error))
            raise BotError(sentence(error, has_spoken=self._meter.has_spoken)) from error

    async def _requests(self) -> AsyncGenerator[Said, None]:
        for _ in range(MOST_REQUESTS):
            async with aclosing(self._repeated()) as parts:
                async for part in parts:
                    yield part
            yield self._meter.usage()
            response = self._ended()
            if not response.tool_calls:
                return
            self._messages += [readable(response), await self._tools.results(response.tool_calls)]
        raise BotError(TOO_MANY_CALLS)

    def _ended(self) -> ModelResponse:
        """What the model said and calls, unless it was made to stop."""
        assert self._response is not None
        if self._response.finish_reason in ENDS:
            raise BotError(ENDS[self._response.finish_reason])
        return self._response

    async def _repeated(self) -> AsyncGenerator[Said, None]:
        """One response. As long as nothing of it was said, the request is made again."""
        self._has_begun = False
        for tries in count(1):
            try:
                async with aclosing(self._understood()) as parts:
                    async for part in parts:
                        yield part
            except AgentRunError as error:
                pause = None if self._has_begun else self._pause_after(tries, error)
                if pause is None:
                    raise
                logger.warning("asking %s again in %.1f s: %s", self._name, pause, details(error))
            else:
                return
            await asyncio.sleep(pause)

    def _pause_after(self, tries: int, error: AgentRunError) -> float | None:
        if refuses_tools(error) and self._tools.withdraw():
            logger.warning("the model %s takes no tools: it goes on without them", self._name)
            return 0
        return pause_after(tries, error)

    async def _understood(self) -> AsyncGenerator[Said, None]:
        try:
            async with aclosing(self._streamed()) as parts:
                async for part in parts:
                    yield part
        except NONSENSE as error:
            raise UnexpectedModelBehavior("What came is not of the protocol.") from error

    async def _streamed(self) -> AsyncGenerator[Said, None]:
        parameters = self._tools.parameters()
        async with model_request_stream(
            self._model, self._messages, model_settings=SETTINGS, model_request_parameters=parameters
        ) as stream:
            aloud = Aloud()
            async for event in stream:
                if text := aloud.feed(words(event)):
                    for part in self._said(text):
                        yield part
                elif isinstance(event, PartStartEvent | PartDeltaEvent):
                    yield Thought()
            if text := aloud.rest():
                for part in self._said(text):
                    yield part
            self._response = stream.get()
            self._meter.add(stream.usage)

    def _said(self, text: str) -> list[Said]:
        """With the first words comes what they took: an answer that is cancelled keeps that."""
        had_begun, had_spoken = self._has_begun, self._meter.has_spoken
        self._has_begun = True
        self._meter.spoken()
        if not had_spoken:
            return [text, self._meter.usage()]
        return [text] if had_begun else ["\n\n", text]


def words(event: ModelResponseStreamEvent) -> str:
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""
