"""What an MCP server says to a call, as a result or as the error that it is to the bot."""

from mcp import MCPError, types

from chatbot.bots.protocol import ToolError
from chatbot.storable import storable
from chatbot.tools.tool import UnknownEffectError

LONGEST_ERROR = 2_000
REFUSED = {types.INVALID_PARAMS, types.METHOD_NOT_FOUND}
UNHEARD = {types.CONNECTION_CLOSED, types.REQUEST_TIMEOUT, types.PARSE_ERROR}


def result(said: types.CallToolResult) -> object:
    """Raises ToolError, with the server's words, where it says that there is none."""
    if said.is_error:
        raise ToolError(_short(_text(said)) or "It failed, and the server does not say why.")
    return _text(said) if said.structured_content is None else said.structured_content


def failure(error: MCPError) -> ToolError | UnknownEffectError:
    if error.code in UNHEARD:
        return UnknownEffectError("the server has not answered")
    if error.code in REFUSED:
        return ToolError(_short(error.message) or "The server refuses this.")
    return ToolError(f"It failed: {_short(error.message)}. It may have taken effect all the same.")


def _text(said: types.CallToolResult) -> str:
    return "\n".join(map(_block, said.content))


def _block(block: types.ContentBlock) -> str:
    if isinstance(block, types.TextContent):
        return block.text
    if isinstance(block, types.EmbeddedResource) and isinstance(block.resource, types.TextResourceContents):
        return block.resource.text
    return f"[{block.type}]"


def _short(text: str) -> str:
    clean = storable(text.strip())
    return clean if len(clean) <= LONGEST_ERROR else f"{clean[: LONGEST_ERROR - 1]}…"
