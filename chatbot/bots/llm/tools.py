import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from chatbot.bots.llm.fence import Fence
from chatbot.bots.protocol import Toolbox, ToolCall, ToolError, ToolSpec

LONGEST_RESULT = 50_000
"""Characters of a result that a model is shown."""


class Tools:
    """A toolbox as a model knows one: what it may call, what it called before, and what came of it."""

    def __init__(self, toolbox: Toolbox, fence: Fence) -> None:
        self._toolbox = toolbox
        self._fence = fence
        self._offered = [definition(spec) for spec in toolbox.specs]

    def parameters(self) -> ModelRequestParameters:
        return ModelRequestParameters(function_tools=self._offered)

    def withdraw(self) -> bool:
        """Offers none from now on; tells whether there were any."""
        had_some = bool(self._offered)
        self._offered = []
        return had_some

    def earlier(self) -> Iterator[ModelMessage]:
        """What earlier attempts called and got, as if this one had: what is called after that is meant."""
        for call in self._toolbox.resume():
            made = ToolCallPart(call.tool, dict(call.arguments), tool_call_id=f"call{call.ordinal:05}")
            yield ModelResponse([made])
            yield ModelRequest([self._ended(made, call)])

    async def results(self, calls: Sequence[ToolCallPart]) -> ModelRequest:
        """One call after the other, in the model's order. Raises ToolWaitsError."""
        return ModelRequest([await self._result(call) for call in calls])

    def _ended(self, made: ToolCallPart, call: ToolCall) -> ToolReturnPart:
        return self._failed(made, call.error) if call.error else self._succeeded(made, call.result)

    async def _result(self, call: ToolCallPart) -> ToolReturnPart:
        try:
            result = await self._toolbox.call(call.tool_name, arguments(call))
        except ToolError as error:
            return self._failed(call, str(error))
        return self._succeeded(call, result)

    def _succeeded(self, call: ToolCallPart, result: object) -> ToolReturnPart:
        text = json.dumps(result, ensure_ascii=False)
        shown = text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]}… (cut off)"
        return ToolReturnPart(call.tool_name, self._fence.around("result", shown), call.tool_call_id)

    def _failed(self, call: ToolCallPart, error: str) -> ToolReturnPart:
        content = self._fence.around("result", f"Error: {error}")
        return ToolReturnPart(call.tool_name, content, call.tool_call_id, outcome="failed")


def definition(spec: ToolSpec) -> ToolDefinition:
    return ToolDefinition(
        name=spec.name, parameters_json_schema=dict(spec.parameters), description=spec.description
    )


def arguments(call: ToolCallPart) -> dict[str, object]:
    """Raises ToolError for what is no JSON object: models write them by themselves."""
    found = read(call)
    if found is None:
        raise ToolError("The arguments must be a JSON object. Call the tool again with one.")
    return found


def readable(response: ModelResponse) -> ModelResponse:
    """To be shown to the model again: servers read the arguments of its calls, and refuse what is none."""
    parts = [
        replace(part, args="{}") if isinstance(part, ToolCallPart) and read(part) is None else part
        for part in response.parts
    ]
    return replace(response, parts=parts)


def read(call: ToolCallPart) -> dict[str, object] | None:
    given = call.args or {}
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
