"""Plain words find a tool and its arguments, and what came of it is said in words."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from chatbot.bots.protocol import Question, ToolCall, ToolError, ToolSpec, Turn
from chatbot.tools.intents import acted

NAMES = ("find_appointments", "my_appointments", "book_appointment", "cancel_appointment", "troubleshoot")
STEP = '**Step: What do you see?** Look.\n\nSay which:\n\n1. Nothing\n2. Three dots\n3. Nothing but "dots"'


class Shelf:
    """Tools that keep what they are called with, and give or raise the same each time."""

    def __init__(self, gives: Any, *names: str) -> None:
        self.specs: Sequence[ToolSpec] = [ToolSpec(name, "", {}) for name in names]
        self.journal: Sequence[ToolCall] = ()
        self.calls: list[tuple[str, Mapping[str, object]]] = []
        self._gives = gives

    def resume(self) -> Sequence[ToolCall]:
        return self.journal

    async def call(self, tool: str, arguments: Mapping[str, object]) -> object:
        self.calls.append((tool, arguments))
        if isinstance(self._gives, Exception):
            raise self._gives
        result: object = self._gives
        return result


def asked(text: str, *history: Turn) -> list[tuple[str, Mapping[str, object]]]:
    shelf = Shelf(ToolError("no"), *NAMES)
    said(text, shelf, *history)
    return shelf.calls


def said(text: str, shelf: Shelf, *history: Turn) -> str | None:
    return asyncio.run(acted(Question(text, history, 1, UUID(int=1), shelf)))


def on(weekday: int) -> date:
    today = timezone.localdate()
    return today + timedelta(days=(weekday - today.weekday()) % 7)


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("find me an appointment", "find_appointments", {}),
        ("Which appointments are free?", "find_appointments", {}),
        ("Find an appointment on 2026-12-01, please", "find_appointments", {"day": "2026-12-01"}),
        ("is there an appointment on the 2026-99-99?", "find_appointments", {}),
        ("book 4711", "book_appointment", {"number": 4711}),
        ("Please book appointment number 4711.", "book_appointment", {"number": 4711}),
        ("I'd like to book #7", "book_appointment", {"number": 7}),
        ("cancel booking 12", "cancel_appointment", {"number": 12}),
        ("Could you cancel my appointment 12?", "cancel_appointment", {"number": 12}),
        ("What are my appointments?", "my_appointments", {}),
        ("help me troubleshoot", "troubleshoot", {}),
    ],
)
def test_plain_words_find_their_tool(text: str, tool: str, arguments: dict[str, object]) -> None:
    assert asked(text) == [(tool, arguments)]


def test_a_weekday_is_the_next_one_of_its_name() -> None:
    assert asked("find me an appointment on Tuesday") == [
        ("find_appointments", {"day": on(1).isoformat()}),
    ]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Three dots.", "Three dots"),
        ("2", "Three dots"),
        ("(3)", 'Nothing but "dots"'),
        ("three", "Three dots"),
        ("nothing", "Nothing"),
        ("nothing but dots", 'Nothing but "dots"'),
    ],
)
def test_a_choice_of_the_last_step_goes_on_from_it(text: str, choice: str) -> None:
    before = Turn("assistant", STEP)

    assert asked(text, before) == [("troubleshoot", {"step": "What do you see?", "choice": choice})]


@pytest.mark.parametrize("text", ["four", "dots", "4", "0", "?", "How are three dots drawn on the page?"])
def test_what_is_no_choice_of_the_last_step_or_more_than_one_is_left_to_the_documents(text: str) -> None:
    assert asked(text, Turn("assistant", STEP)) == []


@pytest.mark.parametrize(
    "text",
    [
        "How does a page catch up after its connection was cut?",
        "How do I book something?",
        "book 4711 and cancel 12",
        "What is a worker?",
        "cancel",
        "",
        "book " + "9" * 40,
        "book" + " " * 32_000,
    ],
)
def test_other_questions_are_left_to_the_documents(text: str) -> None:
    assert asked(text) == []


def test_without_the_tool_the_words_mean_nothing() -> None:
    assert said("book 4711", Shelf({}, "find_appointments")) is None


@pytest.mark.parametrize(
    ("text", "gives", "says"),
    [
        ("find an appointment", {"free": []}, "There is no free appointment then."),
        (
            "find an appointment",
            {"free": [{"number": 7, "when": "Monday"}]},
            "These are free. Say *book* and a number:\n\n- **7**: Monday",
        ),
        ("what are my appointments", {"booked": []}, "You have no appointments."),
        ("book 7", {"number": 7, "when": "Monday"}, "It is booked: appointment **7**, Monday."),
        ("cancel 7", {"number": 7, "when": "Monday"}, "It is cancelled: appointment **7**, Monday."),
        ("book 7", ToolError("*Taken*."), r"\*Taken\*."),
        ("troubleshoot", {"step": "Ask", "text": "Look.", "choices": []}, "**Ask**\n\nLook."),
        (
            "troubleshoot",
            {
                "step": "What do you see?",
                "text": "Look.",
                "choices": ["Nothing", "Three dots", 'Nothing but "dots"'],
            },
            STEP,
        ),
    ],
)
def test_what_came_of_it_is_said_in_words(text: str, gives: object, says: str) -> None:
    assert said(text, Shelf(gives, *NAMES)) == says
