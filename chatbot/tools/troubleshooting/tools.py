"""An example of a tool that reads content: it walks a person through a guide, a step at a time."""

from typing import Annotated, Any

from pydantic import Field

from chatbot.bots.protocol import ToolError
from chatbot.tools.tool import Kind, ToolContext, tool
from chatbot.tools.troubleshooting.guide import Step, guide


@tool(Kind.IDEMPOTENT, label="Looked into the guide to troubles")
def troubleshoot(
    context: ToolContext,
    step: Annotated[str, Field(description="The title of the step that was asked last; empty: begin")] = "",
    choice: Annotated[str, Field(description="What the user chose of the choices of that step")] = "",
) -> dict[str, Any]:
    """Find out step by step why no answer comes. Gives what to ask or to advise next, and the choices."""
    steps = guide()
    if not step:
        return _shown(next(iter(steps.values())))
    here = next((each for each in steps.values() if each.title == step), None)
    if here is None:
        raise ToolError(f"The guide has no step {step!r}. Begin without one.")
    chosen = next((way for way in here.ways if way.casefold() == choice.strip().casefold()), None)
    if chosen is None:
        raise ToolError(f"This can't be chosen here. Choose one of: {'; '.join(here.ways) or 'nothing'}.")
    return _shown(steps[here.ways[chosen]])


def _shown(step: Step) -> dict[str, Any]:
    return {"step": step.title, "text": step.text, "choices": list(step.ways)}
