"""How a worker shares itself out: so many answers at once, and the rest in their turn."""

import time
from collections.abc import Iterator

import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.test_answers import has_said, script
from tests.reader.client import Reader
from tests.stack import Stack

AT_ONCE = 3
FLOOD = "tests.end_to_end.unruly.FloodingBot"


@pytest.fixture(scope="module")
def stack(real_kafka: Broker, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A worker with three slots, and so an inbox for thirty."""
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), real_kafka, url)
        stack.environ |= {"WORKER_CONCURRENCY": str(AT_ONCE), "BOT": FLOOD}
        with stack:
            yield stack


def ask(alice: Reader, text: str, count: int) -> list[str]:
    """In conversations of their own."""
    return [alice.say(alice.start(bot="script"), text) for _ in range(count)]


def running(alice: Reader, replies: list[str]) -> int:
    return sum(bool(alice.events(reply, kind="reply.started")) for reply in replies)


def end(alice: Reader, *replies: str) -> None:
    for reply in replies:
        alice.ask("POST", f"/api/messages/{reply}/cancel")
        alice.finished(reply)


def test_as_many_are_answered_at_once_as_there_are_slots_and_then_the_next(alice: Reader) -> None:
    first = ask(alice, "words=500 rate=5", AT_ONCE)
    alice.wait_for(lambda: running(alice, first) == AT_ONCE, what="all slots taken")

    (waiting,) = ask(alice, "words=5", 1)
    alice.wait_for(lambda: has_said(alice, first[0], 20), what="another three seconds")
    begun_early = running(alice, [waiting])
    end(alice, first[0])
    answered = alice.finished(waiting)
    end(alice, *first[1:])

    assert begun_early == 0
    assert answered["text"] == script(5)


def test_one_slow_answer_delays_nobody_else(alice: Reader) -> None:
    (slow,) = ask(alice, "words=500 rate=2", 1)
    alice.wait_for(lambda: running(alice, [slow]), what="its beginning")

    begun = time.monotonic()
    quick = ask(alice, "words=5 rate=100", 20)
    texts = {alice.finished(reply)["text"] for reply in quick}
    took = time.monotonic() - begun
    end(alice, slow)

    assert texts == {script(5)}
    assert took < 15


def test_more_than_the_inbox_holds_is_answered_all_the_same_and_nobody_leaves_the_group(
    stack: Stack, alice: Reader
) -> None:
    replies = ask(alice, "words=3 rate=30", 60)

    finished = [alice.finished(reply, within=60) for reply in replies]

    assert {(reply["text"], reply["attempt"]) for reply in finished} == {(script(3), 1)}
    log = (stack.folder / "worker-0.log").read_text()
    assert "the doorbell is silent" not in log


def test_an_endless_stream_of_nothing_starves_nobody(stack: Stack) -> None:
    """The flood, and a normal answer beside it, in the same worker."""
    with Reader(stack.base_url, stack.token("bob")) as bob:
        flood = bob.say(bob.start(bot=FLOOD), "anything")
        (beside,) = ask(bob, "words=20 rate=20", 1)

        flooded, normal = bob.finished(flood, within=60), bob.finished(beside, within=20)

    assert (flooded["status"], bool(flooded["error"])) == ("failed", True)
    assert (normal["text"], normal["attempt"]) == (script(20), 1)
