from pathlib import Path
from uuid import UUID

import pytest

from chatbot.bots.protocol import ToolError
from chatbot.tools.tool import ToolContext
from chatbot.tools.troubleshooting.guide import GuideError, guide
from chatbot.tools.troubleshooting.tools import troubleshoot
from conversations.models import User

CONTEXT = ToolContext(User(username="alice"), UUID(int=0), UUID(int=0), 1, "key")


def test_the_guide_begins_with_its_first_step_and_goes_where_one_chooses() -> None:
    begun = troubleshoot(CONTEXT)
    next_one = troubleshoot(CONTEXT, begun["step"], "three dots, AND nothing else")

    assert begun["step"] == "What do you see?"
    assert next_one["choices"] == ["Yes", "No"]
    assert troubleshoot(CONTEXT, next_one["step"], "no")["choices"] == []


def test_what_can_t_be_chosen_is_refused_with_what_can() -> None:
    with pytest.raises(ToolError, match="Choose one of: Yes; No"):
        troubleshoot(CONTEXT, "Does a worker run?", "perhaps")
    with pytest.raises(ToolError, match="no step 'Elsewhere'"):
        troubleshoot(CONTEXT, "Elsewhere", "yes")


def test_every_step_of_the_guide_can_be_come_to() -> None:
    steps = guide()

    assert set(steps) - {next(iter(steps))} == {
        anchor for step in steps.values() for anchor in step.ways.values()
    }


@pytest.mark.parametrize(
    ("markdown", "why"), [("## One\n\n- [On](#two)\n", "leads to #two"), ("# One\n", "has no steps")]
)
def test_a_guide_that_leads_nowhere_is_refused(tmp_path: Path, markdown: str, why: str) -> None:
    file = tmp_path / "guide.md"
    file.write_text(markdown)

    with pytest.raises(GuideError, match=why):
        guide(file)
