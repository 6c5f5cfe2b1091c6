"""What dies, and what its readers see: nothing wrong, doubled, missing or stuck."""

import signal
import time
from functools import partial

import pytest

from tests.end_to_end.listening import listen, words
from tests.end_to_end.test_answers import has_said, script, told
from tests.reader.client import Reader
from tests.stack import Stack


@pytest.fixture
def alice(own_stack: Stack) -> Reader:
    return Reader(own_stack.base_url, own_stack.token("alice"))


def test_a_killed_worker_s_answer_goes_on_elsewhere_within_15_seconds(
    own_stack: Stack, alice: Reader
) -> None:
    with alice:
        reply = alice.say(alice.start(bot="script"), "words=60 rate=20")
        alice.wait_for(partial(has_said, alice, reply, 10), what="the first words")

        own_stack.add_worker()
        own_stack.workers[0].kill()
        alice.wait_for(
            lambda: [
                e for e in alice.events(reply, kind="reply.started") if e.data["message"]["attempt"] == 2
            ],
            within=15,
            what="the second attempt",
        )

        finished = alice.finished(reply)
        assert (finished["text"], finished["attempt"], finished["status"]) == (script(60), 2, "complete")


def test_a_worker_that_is_asked_to_leave_hands_over_what_it_can_t_finish(
    own_stack: Stack, alice: Reader
) -> None:
    with alice:
        reply = alice.say(alice.start(bot="script"), "words=100 rate=10")
        alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

        own_stack.add_worker()
        own_stack.workers[0].ask()
        left = own_stack.workers[0].wait(15)
        finished = alice.finished(reply, within=30)

        assert left == 0
        assert finished["text"] == script(100)
        assert finished["attempt"] == 2


def test_a_worker_that_is_asked_to_leave_finishes_what_it_can(own_stack: Stack, alice: Reader) -> None:
    with alice:
        reply = alice.say(alice.start(bot="script"), "words=30 rate=20")
        alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

        own_stack.workers[0].ask()

        assert own_stack.workers[0].wait(15) == 0
        assert alice.finished(reply)["attempt"] == 1


def test_what_is_asked_while_no_worker_is_there_is_answered_when_one_comes(
    own_stack: Stack, alice: Reader
) -> None:
    with alice:
        own_stack.workers[0].ask()
        own_stack.workers[0].wait(15)
        reply = alice.say(alice.start(bot="script"), "words=5")

        own_stack.add_worker()

        assert alice.finished(reply, within=30)["text"] == script(5)


def test_a_web_process_leaves_within_5_seconds_and_its_readers_go_on_elsewhere(
    own_stack: Stack, alice: Reader
) -> None:
    own_stack.add_web().wait_ready()
    leaving = own_stack.webs[0].process
    with alice:
        reply = alice.say(alice.start(bot="script"), "words=60 rate=20")
        alice.wait_for(partial(has_said, alice, reply, 10), what="the first words")

        begun = time.monotonic()
        leaving.ask()
        status = leaving.wait(10)
        took = time.monotonic() - begun

    rest = listen(own_stack.webs[1].base_url, own_stack.token("alice"), after=str(alice.stream.position))
    assert told(alice.events(reply)) + words(rest, reply) == script(60)
    assert "reset" not in [event.type for event in rest]
    assert status in (0, 128 + signal.SIGTERM)
    assert took < 5
