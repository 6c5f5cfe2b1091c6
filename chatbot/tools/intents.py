"""Tools for bots without a model: a few plain ways to ask for them, and to say what came of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from chatbot.bots.protocol import Question, ToolError
from chatbot.knowledge.answer import escaped

Arguments = dict[str, object]
LONGEST = 200  # of what can be a plain order; patterns take their time with what is long
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PLEASE = r"^\W*(?:(?:please|can you|could you|would you|i want to|i'd like to|i would like to)\s+)*"
APPOINTMENT = r"(?:my |the |an? )?(?:appointments?|bookings?)?\s*(?:number |no\.? |#)?"
STEP = re.compile(r"\*\*Step: (.+?)\*\*")
CHOICE = re.compile(r"^\d\. (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Intent:
    """`asked` finds the tool's arguments in a question, or None; `said` is the result in words."""

    tool: str
    asked: Callable[[Question], Arguments | None]
    said: Callable[[Any], str]


async def acted(question: Question) -> str | None:
    """What came of it, as Markdown, if a tool was asked for. Raises ToolWaitsError, where one asks first."""
    if len(question.text) > LONGEST:
        return None
    has = {spec.name for spec in question.tools.specs}
    for intent in INTENTS:
        arguments = intent.asked(question) if intent.tool in has else None
        if arguments is not None:
            try:
                return intent.said(await question.tools.call(intent.tool, arguments))
            except ToolError as error:
                return escaped(str(error))
    return None


def _numbered(verb: str) -> Callable[[Question], Arguments | None]:
    pattern = re.compile(rf"{PLEASE}{verb}\s+{APPOINTMENT}(\d{{1,18}})\W*$", re.IGNORECASE)

    def asked(question: Question) -> Arguments | None:
        found = pattern.match(question.text)
        return {"number": int(found[1])} if found else None

    return asked


def _listed(question: Question) -> Arguments | None:
    pattern = rf"{PLEASE}(?:what|which|list|show|see|when|do i)\b.*\bmy (?:appointments|bookings)\W*$"
    return {} if re.match(pattern, question.text, re.IGNORECASE) else None


def _looked_for(question: Question) -> Arguments | None:
    pattern = (
        rf"{PLEASE}(?:find|show|list|get|which|what|any|is there|are there|do you have)\b.*\bappointments?\b"
    )
    if not re.match(pattern, question.text, re.IGNORECASE):
        return None
    day = _day(question.text.lower())
    return {} if day is None else {"day": day.isoformat()}


def _day(text: str) -> date | None:
    today = timezone.localdate()
    if re.search(r"\btoday\b", text):
        return today
    if re.search(r"\btomorrow\b", text):
        return today + timedelta(days=1)
    written = re.search(r"\b(\d{4}-\d\d-\d\d)\b", text)
    if written:
        return _written(written[1])
    named = next((number for number, name in enumerate(DAYS) if re.search(rf"\b{name}\b", text)), None)
    return None if named is None else today + timedelta(days=(named - today.weekday()) % 7)


def _written(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _troubled(question: Question) -> Arguments | None:
    """A choice of the step that was asked last; or the wish to begin."""
    last = question.history[-1].text if question.history else ""
    step, choice = STEP.search(last), _chosen(question.text, CHOICE.findall(last))
    if step and choice:
        return {"step": step[1], "choice": choice}
    wish = rf"{PLEASE}(?:help me )?(?:to )?troubleshoot\b|{PLEASE}no answer comes\b"
    return {} if re.match(wish, question.text, re.IGNORECASE) else None


def _chosen(text: str, choices: list[str]) -> str | None:
    """By its number, its words, or some of them that no other has."""
    said = _words(text)
    known = {_words(choice): choice for choice in choices}
    known |= {(str(number),): choice for number, choice in enumerate(choices, start=1)}
    if said in known:
        return known[said]
    alike = [choice for choice in choices if said and set(said) <= set(_words(choice))]
    return alike[0] if len(alike) == 1 else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def _free(result: Any) -> str:
    if not result["free"]:
        return "There is no free appointment then."
    return f"These are free. Say *book* and a number:\n\n{_lines(result['free'])}"


def _mine(result: Any) -> str:
    return (
        f"You have booked:\n\n{_lines(result['booked'])}" if result["booked"] else "You have no appointments."
    )


def _lines(appointments: list[Any]) -> str:
    return "\n".join(f"- **{each['number']}**: {each['when']}" for each in appointments)


def _booked(result: Any) -> str:
    return f"It is booked: appointment **{result['number']}**, {result['when']}."


def _cancelled(result: Any) -> str:
    return f"It is cancelled: appointment **{result['number']}**, {result['when']}."


def _step(result: Any) -> str:
    if not result["choices"]:
        return f"**{result['step']}**\n\n{result['text']}"
    choices = "\n".join(f"{number}. {choice}" for number, choice in enumerate(result["choices"], start=1))
    return f"**Step: {result['step']}** {result['text']}\n\nSay which:\n\n{choices}"


INTENTS = (
    Intent("cancel_appointment", _numbered("cancel"), _cancelled),
    Intent("book_appointment", _numbered("book"), _booked),
    Intent("my_appointments", _listed, _mine),
    Intent("find_appointments", _looked_for, _free),
    Intent("troubleshoot", _troubled, _step),
)
