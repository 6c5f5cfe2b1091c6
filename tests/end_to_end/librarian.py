from collections.abc import AsyncIterator

from chatbot.bots.protocol import Question


class LibrarianBot:
    """Lends what it is asked for, by a tool of an MCP server."""

    markdown = False

    async def answer(self, question: Question) -> AsyncIterator[str]:
        lent = await question.tools.call("library_lend", {"work": question.text})
        assert isinstance(lent, dict)
        yield lent["result"]
