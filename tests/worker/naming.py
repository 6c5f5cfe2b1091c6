"""Ways to name a conversation, as somebody might write them."""

import asyncio

from chatbot.worker.titles import Exchange


async def by_answer(exchange: Exchange) -> str:
    return f"{exchange.bot} said {exchange.answer}"


async def broken(exchange: Exchange) -> str:
    raise ValueError("no idea")


async def endless(exchange: Exchange) -> str:
    await asyncio.sleep(3600)
    return "late"
