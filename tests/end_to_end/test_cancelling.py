"""Somebody stops answers that are running on either of two workers, or waiting for one."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.stranger import Stranger
from tests.end_to_end.test_answers import has_said, script, told
from tests.reader.client import Reader
from tests.reader.transcript import Message
from tests.stack import Stack
from tests.waiting import wait_until

BOT = "tests.end_to_end.noting.NotingBot"
AT_ONCE = 1.5  # seconds: half of what the next heartbeat may take; measured it is some 40 ms


@pytest.fixture(scope="module")
def stack(broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With two workers, both of which have answered something."""
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), broker, url)
        stack.environ["BOT"] = BOT
        with stack, Reader(stack.base_url, stack.token("charlie")) as charlie:
            stack.add_worker()
            wait_until(lambda: have_both_answered(stack, charlie), 30, what="an answer of each worker")
            yield stack


def have_both_answered(stack: Stack, reader: Reader) -> bool:
    conversations = [reader.start(bot="script") for _ in range(8)]
    for reply in [reader.say(conversation, "words=1") for conversation in conversations]:
        reader.finished(reply)
    return all(": attempt 1" in log for log in logs(stack))


def logs(stack: Stack) -> list[str]:
    return [log.read_text() for log in sorted(stack.folder.glob("worker-*.log"))]


def cancel(reader: Reader, reply: str) -> Message:
    answer = reader.http.post(f"/api/messages/{reply}/cancel")
    assert answer.status_code == 202
    message: Message = answer.json()["reply"]
    return message


def seconds_to_stop(reader: Reader, reply: str) -> float:
    begun = time.monotonic()
    cancel(reader, reply)
    assert reader.finished(reply)["status"] == "cancelled"
    return time.monotonic() - begun


def test_running_answers_stop_at_once_on_whichever_worker_they_run(stack: Stack, alice: Reader) -> None:
    replies = [alice.say(alice.start(bot="script"), "words=2000 rate=20") for _ in range(10)]
    for reply in replies:
        alice.wait_for(partial(has_said, alice, reply, 3), what="the first words")
    ran = [sum(f"{reply}: attempt 1" in log for reply in replies) for log in logs(stack)]

    took = [seconds_to_stop(alice, reply) for reply in replies]

    assert min(ran) > 0, "one worker has them all: this shows nothing of the other"
    assert max(took) < AT_ONCE, took


def test_what_was_said_stays(alice: Reader) -> None:
    conversation = alice.start(bot="script")
    reply = alice.say(conversation, "words=2000 rate=50")
    alice.wait_for(partial(has_said, alice, reply, 10), what="the first words")

    cancel(alice, reply)
    finished = alice.finished(reply)

    assert finished["text"] == told(alice.events(reply)) == alice.history(conversation)["items"][1]["text"]
    assert script(2000).startswith(finished["text"])
    assert finished["html"] == f"<p>{finished['text']}</p>"
    assert (finished["status"], finished["error"]) == ("cancelled", None)


@pytest.mark.parametrize("word", ["hello", "-"])
def test_the_bot_is_closed_before_its_first_word_too(alice: Reader, tmp_path: Path, word: str) -> None:
    note = tmp_path / "note"
    reply = alice.say(alice.start(bot=BOT), f"{word} {note}")
    alice.wait_for(lambda: alice.events(reply, kind="reply.started"), what="its start")

    cancel(alice, reply)
    wait_until(note.exists, AT_ONCE, what="the bot is closed")

    assert (alice.finished(reply)["status"], note.read_text()) == ("cancelled", "closed")


def test_the_bot_is_closed_at_once_when_its_conversation_is_deleted(alice: Reader, tmp_path: Path) -> None:
    note = tmp_path / "note"
    conversation = alice.start(bot=BOT)
    reply = alice.say(conversation, f"hello {note}")
    alice.wait_for(lambda: alice.events(reply, kind="reply.started"), what="its start")

    alice.http.delete(f"/api/conversations/{conversation}").raise_for_status()

    wait_until(note.exists, AT_ONCE, what="the bot is closed")


def test_a_deleted_conversation_s_answer_stops(stack: Stack, alice: Reader) -> None:
    conversation = alice.start(bot="script")
    reply = alice.say(conversation, "words=1000 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 5), what="the first words")

    alice.http.delete(f"/api/conversations/{conversation}")
    finished = alice.finished(reply)
    overtaken = f"reply {reply}: overtaken"
    wait_until(lambda: overtaken in "".join(logs(stack)), 6, what="the worker's stop")

    assert finished["status"] == "cancelled"
    assert alice.http.get(f"/api/conversations/{conversation}").status_code == 404


def test_without_the_fast_path_the_next_heartbeat_stops_it(stack: Stack, alice: Reader) -> None:
    reply = alice.say(alice.start(bot="script"), "words=2000 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 3), what="the first words")

    stack.manage("shell", "-v0", "-c", MARK.format(reply))

    assert alice.finished(reply, within=6)["status"] == "cancelled"


def test_twice_and_after_the_end_nothing_changes(alice: Reader) -> None:
    reply = alice.say(alice.start(bot="script"), "words=2000 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 3), what="the first words")
    cancel(alice, reply)
    cancel(alice, reply)
    finished = alice.finished(reply)

    afterwards = cancel(alice, reply)

    assert afterwards == finished
    assert len({event.data["message"]["rev"] for event in alice.events(reply, kind="reply.finished")}) == 1


def test_each_of_several_queued_replies_is_cancelled_alone_and_the_next_goes_on_at_once(
    alice: Reader,
) -> None:
    conversation = alice.start(bot="script")
    first, second, third = (alice.say(conversation, f"words={words} rate=20") for words in (2000, 3, 4))
    alice.wait_for(partial(has_said, alice, first, 3), what="the first words")
    queued = [item["status"] for item in alice.history(conversation)["items"][1::2]]

    at_once = cancel(alice, second)["status"]
    meanwhile = alice.message(first)
    cancel(alice, first)
    answered = alice.finished(third)

    assert queued == ["streaming", "queued", "queued"]
    assert (at_once, alice.finished(second)["attempt"]) == ("cancelled", 0)
    assert meanwhile is not None
    assert meanwhile["status"] == "streaming"
    assert (answered["status"], answered["text"]) == ("complete", script(4))


def test_records_that_name_no_reply_are_buried_once_and_the_next_is_heard(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    reply = alice.say(alice.start(bot="script"), "words=2000 rate=20")
    alice.wait_for(partial(has_said, alice, reply, 3), what="the first words")

    for junk in (b"junk", b"{}", b"[" * 100_000):
        stranger.write("bot-control", reply, junk)

    assert seconds_to_stop(alice, reply) < AT_ONCE
    count = partial(stack.manage, "shell", "-v0", "-c", COUNT)
    wait_until(lambda: count().strip() == "3", 20, what="three dead records")


def test_a_marked_answer_of_a_dead_worker_ends_as_its_last_heartbeat_left_it_and_is_not_run_again(
    own_stack: Stack,
) -> None:
    with Reader(own_stack.base_url, own_stack.token("alice")) as alice:
        conversation = alice.start(bot="script")
        reply = alice.say(conversation, "words=2000 rate=20")
        wait_until(lambda: alice.history(conversation)["items"][1]["text"], what="a heartbeat")

        own_stack.workers[0].kill()
        marked = cancel(alice, reply)
        own_stack.add_worker()
        finished = alice.finished(reply)

        assert marked["status"] == "streaming"
        assert (finished["status"], finished["text"]) == ("cancelled", marked["text"])
        assert finished["html"] == f"<p>{marked['text']}</p>"
        assert [e.data["message"]["attempt"] for e in alice.events(reply, kind="reply.started")] == [1]


MARK = """
from django.db.models.functions import Now
from conversations.models import Message
Message.objects.filter(pk="{}").update(cancel_requested_at=Now())
"""
COUNT = "from conversations.models import DeadRecord; print(DeadRecord.objects.count())"
