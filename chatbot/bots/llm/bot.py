import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib import import_module

from django.conf import settings

from chatbot.bots.llm.brief import Brief
from chatbot.bots.llm.endpoint import Endpoint, EndpointError
from chatbot.bots.protocol import BotError, Part, Question

logger = logging.getLogger(__name__)
NO_MODEL = "No model is set up here, so there is nobody to answer. Whoever runs this service can change that."


class LlmBot:
    """Answers through a language model, with what the ingested documents say, cited.

    What is left empty is as the settings say. A subclass with another prompt or model is a bot of its own;
    one that names a model names its address and key too: a key is never sent where it does not belong.
    """

    markdown = True
    model = ""
    base_url = ""
    api_key = ""
    prompt = ""
    has_knowledge = True
    """Whether it is given passages of the ingested documents."""

    async def answer(self, question: Question) -> AsyncGenerator[Part, None]:
        brief = self.brief()
        try:
            brief.endpoint.check()
        except EndpointError as error:
            logger.error("the bot %s can't answer: %s", type(self).__name__, error)
            raise BotError(NO_MODEL) from error
        # The library takes a second to import: not of those whose bot is another, and not of the event loop.
        module = await asyncio.to_thread(import_module, "chatbot.bots.llm.answer")
        async with aclosing(module.answer(brief, question)) as parts:
            async for part in parts:
                yield part

    def brief(self) -> Brief:
        return Brief(
            endpoint=self._endpoint(),
            prompt=self.prompt or settings.LLM_PROMPT,
            has_knowledge=self.has_knowledge,
            history_tokens=settings.LLM_HISTORY_TOKENS,
            patience=settings.BOT_TOKEN_SECONDS,
        )

    def _endpoint(self) -> Endpoint:
        if self.model:
            return Endpoint(self.model, self.base_url, self.api_key)
        return Endpoint(settings.LLM_MODEL, settings.LLM_BASE_URL, settings.LLM_API_KEY)
