"""A worker is killed in the middle of a booking: there is exactly one, and the one that was asked for."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.booking import Bookings
from tests.reader.client import Reader
from tests.stack import Stack

MESSAGE = "conversations_message"
APPOINTMENT = "booking_appointment"
CONVERSATION = "conversations_conversation"


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """No test here hears more of the broker than any other does."""
    folder = tmp_path_factory.mktemp("tools")
    with database(template) as url, Stack(folder, embedded_broker, url) as stack:
        yield stack


@pytest.fixture
def bookings(stack: Stack) -> Bookings:
    return Bookings(stack.environ["DATABASE_URL"])


@pytest.fixture
def name() -> str:
    return f"alice-{uuid4().hex[:8]}"


@pytest.fixture
def alice(stack: Stack, name: str) -> Iterator[Reader]:
    with Reader(stack.base_url, stack.token(name)) as alice:
        yield alice


def asked(alice: Reader, text: str) -> tuple[str, str]:
    """A conversation, and its reply once that waits for a person."""
    conversation = alice.start(bot="knowledge")
    reply = alice.say(conversation, text)
    alice.wait_for(lambda: status(alice, reply) == "waiting", what="the question")
    return conversation, reply


def status(alice: Reader, reply: str) -> str:
    message = alice.message(reply)
    return str(message["status"]) if message else ""


def approve(alice: Reader, reply: str) -> None:
    alice.ask("POST", f"/api/messages/{reply}/tools/1", json={"decision": "approve"})


def kill(stack: Stack) -> None:
    """The worker that runs, while another is about to start."""
    stack.add_worker()
    stack.workers[-2].kill()


def test_a_worker_killed_before_a_booking_leaves_it_to_the_next_one(
    stack: Stack, alice: Reader, bookings: Bookings, name: str
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with bookings.holding(APPOINTMENT, number):
        approve(alice, reply)
        bookings.wait_for_call(reply, "running")
        bookings.wait_for_lock(APPOINTMENT)
        kill(stack)

    finished = alice.finished(reply, within=30)
    assert f"appointment **{number}**" in finished["text"]
    assert [call["state"] for call in finished["tools"]] == ["done"]
    assert [one for one in bookings.taken() if one[1] == name] == [(number, name)]


def test_a_worker_killed_between_a_booking_and_its_commit_has_booked_nothing_and_the_next_one_does(
    stack: Stack, alice: Reader, bookings: Bookings, name: str
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with ExitStack() as held:
        with bookings.holding(APPOINTMENT, number):
            approve(alice, reply)
            bookings.wait_for_lock(APPOINTMENT)
            held.enter_context(bookings.holding(MESSAGE, reply))
        bookings.wait_for_lock(MESSAGE)
        kill(stack)

    assert f"appointment **{number}**" in alice.finished(reply, within=30)["text"]
    assert [one for one in bookings.taken() if one[1] == name] == [(number, name)]


def test_a_worker_killed_after_a_booking_is_not_imitated_by_the_next_one(
    stack: Stack, alice: Reader, bookings: Bookings, name: str
) -> None:
    number = bookings.make()
    conversation, reply = asked(alice, f"book {number}")

    with ExitStack() as held:
        with bookings.holding(APPOINTMENT, number):
            approve(alice, reply)
            bookings.wait_for_lock(APPOINTMENT)
            held.enter_context(bookings.holding(CONVERSATION, conversation))
        bookings.wait_for_call(reply, "done")
        kill(stack)

    finished = alice.finished(reply, within=30)
    assert f"It is booked: appointment **{number}**" in finished["text"]
    assert [one for one in bookings.taken() if one[1] == name] == [(number, name)]


def test_a_question_outlives_its_worker(stack: Stack, alice: Reader, bookings: Bookings, name: str) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")
    kill(stack)

    approve(alice, reply)

    assert "It is booked" in alice.finished(reply, within=30)["text"]
    assert [one for one in bookings.taken() if one[1] == name] == [(number, name)]


def test_stopped_in_the_middle_nothing_is_booked(
    stack: Stack, alice: Reader, bookings: Bookings, name: str
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with bookings.holding(APPOINTMENT, number):
        approve(alice, reply)
        bookings.wait_for_lock(APPOINTMENT)
        alice.ask("POST", f"/api/messages/{reply}/cancel")
        finished = alice.finished(reply)

    assert (finished["status"], [call["state"] for call in finished["tools"]]) == (
        "cancelled",
        ["interrupted"],
    )
    assert [one for one in bookings.taken() if one[1] == name] == []
