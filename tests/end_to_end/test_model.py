"""A model behind the whole service: web, worker, and a server that speaks OpenAI's protocol."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.bots.provider import Asked, Provider, Refusal, Stream, calls, says, stalls
from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.booking import Bookings
from tests.end_to_end.test_answers import told
from tests.knowledge.library import stock
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until

LOOK = calls("find_appointments", "{}")
BOOKED = [("find_appointments", "done"), ("book_appointment", "done")]
REFUSED = "ModelAuthenticationError status 401 code invalid_api_key type error cause AuthenticationError"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> Iterator[Stack]:
    """It knows the documents about the ferry, and all else that is set is what names the model."""
    folder = tmp_path_factory.mktemp("stack")
    with database(template) as url:
        stack = Stack(folder, embedded_broker, url)
        stack.environ |= {
            "LLM_MODEL": "small",
            "LLM_BASE_URL": provider.base_url,
            "LLM_API_KEY": "sk-4711",
        }
        with stack:
            stack.manage("ingest", str(stock(folder)))
            yield stack


@pytest.fixture
def bookings(stack: Stack) -> Bookings:
    return Bookings(stack.environ["DATABASE_URL"])


def usage(stack: Stack, reply: str) -> dict[str, object]:
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT usage FROM conversations_message WHERE id = %s", [reply]).fetchone()
    assert row is not None
    found: dict[str, object] = row[0]
    return found


def test_an_answer_is_streamed_cited_and_its_cost_kept(
    stack: Stack, alice: Reader, provider: Provider
) -> None:
    provider.will(says("A bicycle costs ", "**two", " crowns** [1]", ", and nothing [7] else."))

    reply = alice.say(alice.start(), "What does a bicycle cost?")
    message = alice.finished(reply)

    assert (message["status"], message["bot"]) == ("complete", "llm")
    assert told(alice.events(reply)) == message["text"] == (
        "A bicycle costs **two crowns** [1], and nothing [7] else."
    )  # fmt: skip
    (citation,) = message["citations"]
    assert (citation["number"], citation["source"]) == (1, "docs/fares.markdown")
    kept = usage(stack, reply)
    assert (kept["model"], kept["input_tokens"], kept["output_tokens"]) == ("small", 40, 7)


def test_an_answer_that_is_stopped_stops_the_model(stack: Stack, alice: Reader, provider: Provider) -> None:
    provider.will(stalls("Half of", " it"))
    reply = alice.say(alice.start(), "Tell me everything")
    alice.wait_for(lambda: told(alice.events(reply)) == "Half of it", what="what was said so far")

    alice.ask("POST", f"/api/messages/{reply}/cancel")
    message = alice.finished(reply)

    assert (message["status"], message["text"]) == ("cancelled", "Half of it")
    wait_until(lambda: provider.hung_up == 1, 2, what="the model is told")
    assert "first_token_ms" in usage(stack, reply)


def test_a_model_that_refuses_is_a_sentence_in_the_page_and_details_in_the_log(
    stack: Stack, alice: Reader, provider: Provider
) -> None:
    provider.will(Refusal(401, "invalid_api_key"))

    reply = alice.say(alice.start(), "Where do pigeons sleep?")
    message = alice.finished(reply)

    assert message["status"] == "failed"
    assert "refuses this service's key" in message["error"]
    log = (stack.folder / "worker-0.log").read_text()
    assert REFUSED in log
    assert usage(stack, reply)["failure"] == REFUSED
    assert "sk-4711" not in log
    assert "pigeons" not in log


def test_it_cites_what_the_knowledge_bot_cites(stack: Stack, alice: Reader, provider: Provider) -> None:
    provider.will(says("Two crowns [1]."))

    by_model = alice.finished(alice.say(alice.start(), "What does a bicycle cost?"))
    by_rule = alice.finished(alice.say(alice.start(bot="knowledge"), "What does a bicycle cost?"))

    assert (by_model["bot"], by_rule["bot"]) == ("llm", "knowledge")
    assert by_model["citations"] == by_rule["citations"]
    assert len(by_model["citations"]) == 1


def test_the_model_names_what_it_answered(stack: Stack, alice: Reader, provider: Provider) -> None:
    provider.will(says("Two crowns."))
    provider.title = says("Bicycle ", "fares")
    conversation = alice.start()

    alice.finished(alice.say(conversation, "What does a bicycle cost?"))

    def titles() -> list[str]:
        told = [event for event in alice.heard if event.type == "conversation.updated"]
        return [event.data["conversation"]["title"] for event in told]

    alice.wait_for(lambda: "Bicycle fares" in titles(), what="the title")
    assert alice.ask("GET", f"/api/conversations/{conversation}")["title"] == "Bicycle fares"


def asked_to_book(alice: Reader, provider: Provider, number: int, *then: Stream, look: Stream = LOOK) -> str:
    """The reply, whose model has found an appointment and wants to book that one: it waits for a person."""
    book = calls("book_appointment", f'{{"number": {number}}}')
    provider.will(look, book, *then)
    reply = alice.say(alice.start(), "Book me an appointment")
    alice.wait_for(lambda: (alice.message(reply) or {}).get("status") == "waiting", what="the question")
    return reply


def approve(alice: Reader, reply: str) -> None:
    alice.ask("POST", f"/api/messages/{reply}/tools/2", json={"decision": "approve"})


def kill(stack: Stack) -> None:
    """The worker that runs, while another is about to start."""
    stack.add_worker()
    stack.workers[-2].kill()


def made(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [(call["tool"], call["state"]) for call in message["tools"]]


def test_what_the_model_wants_to_book_is_booked_once_the_person_approves(
    stack: Stack, alice: Reader, provider: Provider, bookings: Bookings
) -> None:
    number = bookings.make()
    reply = asked_to_book(alice, provider, number, says("It is yours."))
    assert number not in dict(bookings.taken())

    approve(alice, reply)
    message = alice.finished(reply)

    assert (message["text"], made(message)) == ("It is yours.", BOOKED)
    assert dict(bookings.taken())[number] == "alice"
    assert provider.asked[2].roles == ["system", "user", "assistant", "tool", "assistant", "tool"]
    kept = usage(stack, reply)
    assert (kept["input_tokens"], kept["output_tokens"]) == (120, 21)


def test_a_model_that_looks_again_after_a_booking_sees_what_is_free_then(
    stack: Stack, alice: Reader, provider: Provider, bookings: Bookings
) -> None:
    number = bookings.make()
    look = calls("find_appointments", json.dumps({"day": bookings.day(number)}))
    reply = asked_to_book(alice, provider, number, look, says("It is yours."), look=look)

    approve(alice, reply)
    alice.finished(reply)

    assert number in free(provider.asked[1])
    assert number not in free(provider.asked[3])


def free(asked: Asked) -> list[int]:
    """What the model was told last, by a tool."""
    _, result, _ = asked.messages[-1]["content"].splitlines()
    return [appointment["number"] for appointment in json.loads(result)["free"]]


def test_a_worker_killed_in_the_middle_of_a_call_books_once_and_the_answer_goes_on(
    stack: Stack, alice: Reader, provider: Provider, bookings: Bookings
) -> None:
    number = bookings.make()
    before = bookings.taken()
    reply = asked_to_book(alice, provider, number, says("It is yours."))

    with bookings.holding("booking_appointment", number):
        approve(alice, reply)
        bookings.wait_for_lock("booking_appointment")
        kill(stack)
    message = alice.finished(reply, within=30)

    assert (message["text"], made(message)) == ("It is yours.", BOOKED)
    assert sorted(bookings.taken()) == sorted([*before, (number, "alice")])
    assert len(provider.asked) == 3


def test_a_worker_killed_while_the_model_speaks_of_a_booking_makes_none_again(
    stack: Stack, alice: Reader, provider: Provider, bookings: Bookings
) -> None:
    number = bookings.make()
    before = bookings.taken()
    reply = asked_to_book(alice, provider, number, stalls("It is"), says("It is yours."))
    approve(alice, reply)
    alice.wait_for(lambda: told(alice.events(reply)).endswith("It is"), what="what was said so far")

    kill(stack)
    message = alice.finished(reply, within=30)

    assert (message["text"], made(message)) == ("It is yours.", BOOKED)
    assert sorted(bookings.taken()) == sorted([*before, (number, "alice")])
    assert provider.asked[3].messages == provider.asked[2].messages
    assert len(provider.asked) == 4
