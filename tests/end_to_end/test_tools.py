"""A booking whose worker is killed, or whose answer is stopped, or that two want: there is one, or none."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.booking import Bookings, asked, decide, kill, states, stop
from tests.reader.client import Reader
from tests.stack import Stack
from tests.tools.mcp import library
from tests.tools.mcp.conftest import HttpLibrary

MESSAGE = "conversations_message"
APPOINTMENT = "booking_appointment"
CONVERSATION = "conversations_conversation"
CALL = "conversations_toolcall"


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """No test here hears more of the broker than any other does."""
    folder = tmp_path_factory.mktemp("tools")
    with database(template) as url:
        stack = Stack(folder, embedded_broker, url)
        stack.environ["BOT"] = "tests.end_to_end.librarian.LibrarianBot"
        with stack:
            yield stack


@pytest.fixture
def bookings(stack: Stack) -> Bookings:
    return Bookings(stack.environ["DATABASE_URL"], f"alice-{uuid4().hex[:8]}")


@pytest.fixture
def alice(stack: Stack, bookings: Bookings) -> Iterator[Reader]:
    with Reader(stack.base_url, stack.token(bookings.name)) as alice:
        yield alice


def test_a_worker_killed_before_a_booking_leaves_it_to_the_next_one(
    stack: Stack, alice: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with bookings.holding(APPOINTMENT, number):
        decide(alice, reply, "approve")
        bookings.wait_for_call(reply, "running")
        bookings.wait_for_lock(APPOINTMENT)
        kill(stack)

    finished = alice.finished(reply, within=30)
    assert f"appointment **{number}**" in finished["text"]
    assert states(finished) == ["done"]
    assert bookings.hers == [number]


def test_a_worker_killed_between_a_booking_and_its_commit_has_booked_nothing_and_the_next_one_does(
    stack: Stack, alice: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with ExitStack() as held:
        with bookings.holding(APPOINTMENT, number):
            decide(alice, reply, "approve")
            bookings.wait_for_lock(APPOINTMENT)
            held.enter_context(bookings.holding(MESSAGE, reply))
        bookings.wait_for_lock(f'SELECT "{MESSAGE}".')
        kill(stack)

    assert f"appointment **{number}**" in alice.finished(reply, within=30)["text"]
    assert bookings.hers == [number]


def test_a_worker_killed_after_a_booking_is_not_imitated_by_the_next_one(
    stack: Stack, alice: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    conversation, reply = asked(alice, f"book {number}")

    with ExitStack() as held:
        with bookings.holding(APPOINTMENT, number):
            decide(alice, reply, "approve")
            bookings.wait_for_lock(APPOINTMENT)
            held.enter_context(bookings.holding(CONVERSATION, conversation))
        bookings.wait_for_call(reply, "done")
        kill(stack)

    finished = alice.finished(reply, within=30)
    assert f"It is booked: appointment **{number}**" in finished["text"]
    assert bookings.hers == [number]


def test_a_question_outlives_its_worker_and_so_does_the_approval_another_one(
    stack: Stack, alice: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")
    stack.workers[-1].kill()
    decide(alice, reply, "approve")

    with bookings.holding(CALL, bookings.call(reply)):
        stack.add_worker()
        bookings.wait_for_lock(CALL)
        kill(stack)

    assert "It is booked" in alice.finished(reply, within=30)["text"]
    assert bookings.hers == [number]


def test_stopped_while_it_waits_nothing_is_booked_and_the_approval_comes_too_late(
    alice: Reader, bookings: Bookings
) -> None:
    _, reply = asked(alice, f"book {bookings.make()}")

    stop(alice, reply)

    finished = alice.finished(reply)
    assert (finished["status"], states(finished)) == ("cancelled", ["declined"])
    assert decide(alice, reply, "approve") == 409
    assert bookings.hers == []


def test_stopped_after_the_approval_and_before_a_worker_takes_it_nothing_is_booked(
    stack: Stack, alice: Reader, bookings: Bookings
) -> None:
    conversation, reply = asked(alice, f"book {bookings.make()}")
    stack.workers[-1].kill()
    decide(alice, reply, "approve")

    stop(alice, reply)

    assert states(alice.finished(reply)) == ["declined"]
    stack.add_worker()
    after = alice.finished(alice.say(conversation, "what are my appointments"), within=30)
    assert after["text"] == "You have no appointments."


def test_stopped_in_the_middle_nothing_is_booked(alice: Reader, bookings: Bookings) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with bookings.holding(APPOINTMENT, number):
        decide(alice, reply, "approve")
        bookings.wait_for_lock(APPOINTMENT)
        stop(alice, reply)
        finished = alice.finished(reply)

    assert (finished["status"], states(finished)) == ("cancelled", ["interrupted"])
    assert bookings.hers == []


def test_stopped_too_late_for_a_booking_the_answer_still_says_that_it_was_made(
    alice: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with ThreadPoolExecutor() as aside, ExitStack() as held:
        with bookings.holding(APPOINTMENT, number):
            decide(alice, reply, "approve")
            bookings.wait_for_lock(APPOINTMENT)
            held.enter_context(bookings.holding(MESSAGE, reply))
        bookings.wait_for_lock(f'SELECT "{MESSAGE}".')
        stopping = aside.submit(stop, alice, reply)
        bookings.wait_for_lock(f'UPDATE "{MESSAGE}" SET "cancel_requested_at"')
        held.close()
        stopping.result(20)

    finished = alice.finished(reply)
    assert (finished["status"], states(finished)) == ("cancelled", ["done"])
    assert [call["label"] for call in finished["tools"]] == [f"Booked appointment {number}"]
    assert bookings.hers == [number]


def test_approved_on_two_devices_at_once_it_is_booked_once(alice: Reader, bookings: Bookings) -> None:
    number = bookings.make()
    _, reply = asked(alice, f"book {number}")

    with ThreadPoolExecutor() as devices:
        answers = devices.map(decide, [alice, alice], [reply, reply], ["approve", "approve"])

    assert list(answers) == [202, 202]
    assert alice.finished(reply)["text"].startswith(f"It is booked: appointment **{number}**")
    assert bookings.hers == [number]


def test_only_who_was_asked_decides_and_only_once(alice: Reader, bob: Reader, bookings: Bookings) -> None:
    _, reply = asked(alice, f"book {bookings.make()}")

    assert decide(bob, reply, "approve") == 404
    assert [decide(alice, reply, each) for each in ("decline", "approve", "decline")] == [202, 409, 202]

    assert "This was declined" in alice.finished(reply)["text"]
    assert bookings.hers == []


def test_an_approval_after_the_deadline_comes_too_late(alice: Reader, bookings: Bookings) -> None:
    _, reply = asked(alice, f"book {bookings.make()}")

    bookings.let_time_pass(reply)

    assert decide(alice, reply, "approve") == 409
    assert "Nobody approved this in time" in alice.finished(reply)["text"]
    assert bookings.hers == []


def test_of_two_who_book_the_same_at_the_same_moment_one_does(
    alice: Reader, bob: Reader, bookings: Bookings
) -> None:
    number = bookings.make()
    mine, theirs = (asked(reader, f"book {number}")[1] for reader in (alice, bob))

    with bookings.holding(APPOINTMENT, number):
        decide(alice, mine, "approve")
        decide(bob, theirs, "approve")
        bookings.wait_for_lock(APPOINTMENT, waiting=2)

    texts = sorted([alice.finished(mine)["text"], bob.finished(theirs)["text"]])
    assert texts[0] == f"Appointment {number} is taken. Choose another one."
    assert texts[1].startswith(f"It is booked: appointment **{number}**")
    assert (bookings.hers == [number]) is alice.finished(mine)["text"].startswith("It is booked")


def test_what_an_mcp_server_is_to_do_is_approved_and_done_once(stack: Stack, alice: Reader) -> None:
    library.lent.clear()
    with HttpLibrary() as served:
        stack.environ |= {"MCP_SERVERS": f"library={served.url}", "MCP_HEADERS": "library=X-Key: 4711"}
        kill(stack)
        _, reply = asked(alice, "Emma", bot="tests.end_to_end.librarian.LibrarianBot")

        assert decide(alice, reply, "approve") == 202

        finished = alice.finished(reply)
    assert finished["text"] == "lent Emma"
    assert [(call["label"], call["state"]) for call in finished["tools"]] == [("library: lend", "done")]
    assert library.lent == ["Emma"]
    assert {headers.get(b"x-key") for headers in served.headers} == {b"4711"}
