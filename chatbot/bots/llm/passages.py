from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import connection

from chatbot.bots.protocol import Citation, Question
from chatbot.knowledge.answer import shortened
from chatbot.knowledge.context import context_of
from chatbot.knowledge.excerpt import excerpt
from chatbot.knowledge.greeting import is_greeting, is_thanks
from chatbot.knowledge.outline import plain_words
from chatbot.knowledge.search import Hit, search

MOST = 6


@dataclass(frozen=True)
class Passage:
    """A part of a document that may answer the question; the answer names it by its citation's number."""

    citation: Citation
    text: str


async def passages_for(question: Question) -> list[Passage]:
    """The best first, numbered from 1; none when nothing is asked."""
    if is_greeting(question.text) or is_thanks(question.text):
        return []
    context = context_of(question.text, [turn.text for turn in question.history if turn.role == "user"])
    return await sync_to_async(looked_up, thread_sensitive=False)(question.text, context)


def looked_up(text: str, context: str) -> list[Passage]:
    """In a thread that gives its database connection back at once.

    All that is found: which of it speaks of the question, a model judges better than a share of words does.
    """
    try:
        found = search(text, MOST, context=context)
        return [passage(number, hit) for number, hit in enumerate(found, start=1)]
    finally:
        connection.close()


def passage(number: int, hit: Hit) -> Passage:
    quote = shortened(plain_words(excerpt(hit)))
    return Passage(Citation(number, hit.topic, hit.path, hit.url, quote), hit.text)
