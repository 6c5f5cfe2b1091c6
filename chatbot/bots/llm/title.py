import asyncio
from importlib import import_module

from chatbot.bots.llm.bot import LlmBot
from chatbot.bots.load import load
from chatbot.worker.titles import Exchange


async def title_of(exchange: Exchange) -> str:
    """What the model that gave the answer calls the exchange; empty where none gave it, or where it fails.

    What was said to a bot without a model, or with another one, is not shown to any for the sake of a title.
    """
    bot = load(exchange.bot)
    if not isinstance(bot, LlmBot):
        return ""
    # The library takes a second to import: not of the event loop.
    naming = await asyncio.to_thread(import_module, "chatbot.bots.llm.naming")
    title: str = await naming.name(bot.brief().endpoint, exchange)
    return title
