"""Appointments are found, booked and cancelled by those whose they are, once each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chatbot.bots.protocol import ToolError
from chatbot.tools.booking import tools
from chatbot.tools.booking.models import Appointment
from chatbot.tools.tool import ToolContext
from conversations.models import User
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=0)


def by(user: User) -> ToolContext:
    return ToolContext(user, NOBODY, NOBODY, 1, "key")


@pytest.fixture
def appointment() -> Appointment:
    return Appointment.objects.create(starts_at=timezone.now() + timedelta(days=1))


@pytest.fixture
def past() -> Appointment:
    return Appointment.objects.create(starts_at=timezone.now() - timedelta(minutes=1))


def monday() -> datetime:
    today = timezone.localdate()
    day = today + timedelta(days=7 - today.weekday())
    return datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())


def test_each_hour_of_a_working_day_can_be_had_and_looking_twice_makes_no_more(alice: User) -> None:
    first = tools.find(by(alice), monday().date())
    again = tools.find(by(alice), monday().date())

    assert [each["when"][-5:] for each in first["free"]] == [f"{hour:02}:00" for hour in range(9, 17)]
    assert again == first


def test_without_a_day_the_next_free_ones_are_found(alice: User) -> None:
    free = tools.find(by(alice))["free"]

    assert Appointment.objects.get(pk=free[0]["number"]).starts_at > timezone.now()


def test_a_weekend_has_none(alice: User) -> None:
    assert tools.find(by(alice), monday().date() + timedelta(days=5)) == {"free": []}


def test_a_day_too_far_off_is_refused(alice: User) -> None:
    with pytest.raises(ToolError, match="up to 60 days ahead"):
        tools.find(by(alice), monday().date() + timedelta(days=90))


def test_who_books_has_it_and_nobody_else_finds_it(alice: User, bob: User) -> None:
    number = tools.find(by(alice), monday().date())["free"][0]["number"]

    booked = tools.book(by(alice), number)

    assert tools.mine(by(alice)) == {"booked": [booked]}
    assert tools.mine(by(bob)) == {"booked": []}
    assert number not in [each["number"] for each in tools.find(by(bob), monday().date())["free"]]


Act = Callable[[ToolContext, int], object]
BOOK = (tools.book, tools.ask_to_book)
CANCEL = (tools.cancel, tools.ask_to_cancel)


def refused(act: Act, user: User, number: int) -> str:
    with pytest.raises(ToolError) as refusal, transaction.atomic():
        act(by(user), number)
    return str(refusal.value)


@pytest.mark.parametrize("act", BOOK)
def test_what_can_t_be_booked_is_refused_before_anybody_is_asked(
    act: Act, alice: User, bob: User, appointment: Appointment, past: Appointment
) -> None:
    tools.book(by(bob), appointment.pk)

    assert (
        refused(act, alice, appointment.pk) == f"Appointment {appointment.pk} is taken. Choose another one."
    )
    assert "You have booked appointment" in refused(act, bob, appointment.pk)
    assert refused(act, alice, past.pk).endswith("it is over.")
    assert refused(act, alice, 10**12) == f"There is no appointment {10**12}."


@pytest.mark.parametrize("act", CANCEL)
def test_somebody_else_s_appointment_is_not_there(
    act: Act, alice: User, bob: User, appointment: Appointment
) -> None:
    tools.book(by(alice), appointment.pk)

    assert refused(act, bob, appointment.pk) == f"You have no appointment {appointment.pk}."
    assert refused(act, bob, 10**12) == f"You have no appointment {10**12}."
    appointment.refresh_from_db()
    assert appointment.user == alice


def test_a_cancelled_appointment_is_free_again(alice: User, bob: User, appointment: Appointment) -> None:
    tools.book(by(alice), appointment.pk)

    tools.cancel(by(alice), appointment.pk)

    assert tools.ask_to_book(by(bob), appointment.pk) == f"Book appointment {appointment}?"
    assert refused(tools.cancel, alice, appointment.pk) == f"You have no appointment {appointment.pk}."


def test_what_is_over_stays(alice: User, past: Appointment) -> None:
    Appointment.objects.update(user=alice)

    assert refused(tools.cancel, alice, past.pk).endswith("it is over.")


def test_an_appointment_of_an_account_that_is_deleted_is_free(
    alice: User, bob: User, appointment: Appointment
) -> None:
    tools.book(by(alice), appointment.pk)

    alice.delete()

    assert tools.book(by(bob), appointment.pk)["number"] == appointment.pk


def book_and_wait(user: User, number: int, is_booked: Event, go_on: Event) -> None:
    try:
        with transaction.atomic():
            tools.book(by(user), number)
            is_booked.set()
            assert go_on.wait(20)
    finally:
        connection.close()


def is_held_up() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_two_bookings_at_once_are_not_one_too_many(alice: User) -> None:
    starts = [timezone.now() + timedelta(hours=hour) for hour in range(1, 12)]
    *had, last, too_many = (Appointment.objects.create(starts_at=start) for start in starts)
    Appointment.objects.filter(pk__in=[one.pk for one in had]).update(user=alice)
    is_booked, at_once = Event(), Event()

    with ThreadPoolExecutor() as aside:
        first = aside.submit(book_and_wait, alice, last.pk, is_booked, at_once)
        assert is_booked.wait(20)
        second = aside.submit(book_and_wait, alice, too_many.pk, Event(), at_once)
        wait_until(lambda: second.done() or is_held_up(), what="the second")
        at_once.set()

    assert first.exception() is None
    with pytest.raises(ToolError, match="You have 10 appointments"):
        second.result()


def test_nobody_has_more_than_ten(alice: User, appointment: Appointment) -> None:
    starts = [appointment.starts_at + timedelta(hours=hour) for hour in range(1, 11)]
    Appointment.objects.bulk_create(Appointment(starts_at=start, user=alice) for start in starts)

    assert "You have 10 appointments" in refused(tools.book, alice, appointment.pk)
