from collections.abc import AsyncGenerator
from contextlib import aclosing

from chatbot.bots.llm.brief import Brief
from chatbot.bots.llm.exchange import Exchange
from chatbot.bots.llm.fence import Fence
from chatbot.bots.llm.model import connected
from chatbot.bots.llm.passages import passages_for
from chatbot.bots.llm.prompt import prompt
from chatbot.bots.llm.references import References
from chatbot.bots.llm.tools import Tools
from chatbot.bots.protocol import Part, Question


async def answer(brief: Brief, question: Question) -> AsyncGenerator[Part, None]:
    """What the model says, and each source right after the place where it is named first.

    Closing it closes the connection to the model. Raises BotError and ToolWaitsError.
    """
    passages = await passages_for(question) if brief.has_knowledge else []
    references = References([passage.citation for passage in passages])
    tools = Tools(question.tools, Fence.of(question.conversation_id))
    async with connected(brief.endpoint, brief.patience) as model:
        exchange = Exchange(model, prompt(brief, question, passages), tools, brief.endpoint.model)
        async with aclosing(exchange.parts()) as parts:
            async for part in parts:
                yield part
                if isinstance(part, str):
                    for citation in references.after(part):
                        yield citation
