"""An example of tools: appointments that people find, book and cancel. Each sees and changes their own."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from chatbot.bots.protocol import ToolError
from chatbot.tools.booking.models import Appointment
from chatbot.tools.tool import Kind, ToolContext, tool
from conversations.models import User

HOURS = range(9, 17)
WEEKEND = (5, 6)
DAYS_AHEAD = 60
MOST = 10
Number = Annotated[int, Field(ge=1, le=2**63 - 1, description="The appointment's number")]
Day = Annotated[date | None, Field(description="Without one: the next day with free appointments")]


@tool(Kind.DATABASE, label="Looked for free appointments")
def find(context: ToolContext, day: Day = None) -> dict[str, Any]:
    """Find free appointments on a day, each with the number by which it is booked."""
    found = _opened(day) if day is not None else _next()
    return {"free": [_shown(appointment) for appointment in found]}


@tool(Kind.DATABASE, label="Looked up your appointments")
def mine(context: ToolContext) -> dict[str, Any]:
    """List the appointments that the user has booked and that are still to come."""
    booked = Appointment.objects.filter(user=context.user, starts_at__gt=timezone.now())
    return {"booked": [_shown(appointment) for appointment in booked.order_by("starts_at")]}


def ask_to_book(context: ToolContext, number: int) -> str:
    return f"Book appointment {number}: {_bookable(context, number).when}?"


@tool(Kind.DATABASE, asks=ask_to_book, label="Booked appointment {number}")
def book(context: ToolContext, number: Number) -> dict[str, Any]:
    """Book a free appointment for the user, by its number."""
    # One after the other for each user, so that two at once are not one too many.
    User.objects.select_for_update(no_key=True).get(pk=context.user.pk)
    appointment = _bookable(context, number)
    appointment.user, appointment.booked_at = context.user, timezone.now()
    appointment.save()
    return _shown(appointment)


def ask_to_cancel(context: ToolContext, number: int) -> str:
    return f"Cancel your appointment {number}: {_booked(context, number).when}?"


@tool(Kind.DATABASE, asks=ask_to_cancel, label="Cancelled appointment {number}")
def cancel(context: ToolContext, number: Number) -> dict[str, Any]:
    """Cancel an appointment that the user has booked, by its number."""
    appointment = _booked(context, number)
    appointment.user = appointment.booked_at = None
    appointment.save()
    return _shown(appointment)


def _bookable(context: ToolContext, number: int) -> Appointment:
    appointment = _locked(number)
    if appointment is None:
        raise ToolError(f"There is no appointment {number}.")
    if appointment.is_past:
        raise ToolError(f"Appointment {number} was on {appointment.when}: it is over.")
    if appointment.user_id == context.user.pk:
        raise ToolError(f"You have booked appointment {number} already: {appointment.when}.")
    if appointment.user_id is not None:
        raise ToolError(f"Appointment {number} is taken. Choose another one.")
    if Appointment.objects.filter(user=context.user, starts_at__gt=timezone.now()).count() >= MOST:
        raise ToolError(f"You have {MOST} appointments, and that is as many as can be had at a time.")
    return appointment


def _booked(context: ToolContext, number: int) -> Appointment:
    """Somebody else's is not there: who has it is nobody's business."""
    appointment = _locked(number)
    if appointment is None or appointment.user_id != context.user.pk:
        raise ToolError(f"You have no appointment {number}.")
    if appointment.is_past:
        raise ToolError(f"Appointment {number} was on {appointment.when}: it is over.")
    return appointment


def _locked(number: int) -> Appointment | None:
    """Until the journal's transaction ends; whoever only asks about it locks nothing for long."""
    return Appointment.objects.select_for_update().filter(pk=number).first()


def _next() -> list[Appointment]:
    today = timezone.localdate()
    for ahead in range(DAYS_AHEAD):
        found = _opened(today + timedelta(days=ahead))
        if found:
            return found
    return []


def _opened(day: date) -> list[Appointment]:
    """The free ones of a day. They come into being when somebody first looks: each hour of a working day."""
    today = timezone.localdate()
    if not today <= day <= today + timedelta(days=DAYS_AHEAD):
        raise ToolError(f"Appointments can be had from today on, up to {DAYS_AHEAD} days ahead.")
    if day.weekday() not in WEEKEND:
        zone = timezone.get_current_timezone()
        starts = [datetime.combine(day, time(hour), zone) for hour in HOURS]
        known = set(Appointment.objects.filter(starts_at__in=starts).values_list("starts_at", flat=True))
        new = [Appointment(starts_at=start) for start in starts if start not in known]
        Appointment.objects.bulk_create(new, ignore_conflicts=True)
    free = Appointment.objects.filter(user=None, starts_at__date=day, starts_at__gt=timezone.now())
    return list(free.order_by("starts_at"))


def _shown(appointment: Appointment) -> dict[str, Any]:
    return {"number": appointment.pk, "when": appointment.when}
