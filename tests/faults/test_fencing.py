"""A worker that was away for longer than its lease, and comes back: nobody hears it twice."""

import json
import signal
from functools import partial

import httpx
import pytest

from chatbot.local.process import Process
from tests.end_to_end.test_answers import script, told
from tests.faults.bed import Bed
from tests.faults.pair import pair
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.reader.sse import Event, Parser
from tests.reader.transcript import Message, Transcript
from tests.waiting import wait_until

WORDS = 110


@pytest.fixture(scope="module", autouse=True)
def web(whole_bed: Bed) -> None:
    whole_bed.web()


def taken_over(bed: Bed, alice: Reader, reply: str) -> None:
    bed.becomes(reply, status="streaming", attempt=2)
    second = partial(alice.events, reply, kind="reply.started")
    alice.wait_for(lambda: [e for e in second() if e.data["message"]["attempt"] == 2], what="the second")


def alone(bed: Bed, reply: str) -> list[Event]:
    """What a client hears that reads the stream of this one answer, from its beginning to its end."""
    headers = {"Authorization": f"Bearer {bed.token('alice')}"}
    address = f"{bed.base_url}/api/messages/{reply}/events"
    return Parser().feed(httpx.get(address, headers=headers, timeout=40, verify=NO_TLS).content)


def assembled(events: list[Event], conversation: str, reply: str) -> Message:
    """By the client rules, as far as the deltas go: the end of the answer is not told."""
    transcript = Transcript(conversation)
    for event in events:
        is_said = event.type in ("reply.started", "reply.delta")
        transcript.hear(event.type, json.loads(event.data)) if is_said else None
    said = transcript.message(reply)
    assert said is not None
    return said


def says(bed: Bed, worker: Process, *either: str) -> None:
    log = bed.log_of(worker)
    wait_until(lambda: any(words in log.read_text() for words in either), 15, what=f"{either} in {log}")


def check_said_once(bed: Bed, alice: Reader, reply: str) -> None:
    """In the row, for who heard all of it, and for who reads this one answer."""
    finished = alice.finished(reply, within=30)
    row = bed.row(reply)
    heard = alone(bed, reply)
    attempts = [e.data["attempt"] for e in alice.events(reply, kind="reply.delta")]
    assert (finished["status"], finished["attempt"], finished["text"]) == ("complete", 2, script(WORDS))
    assert (row["status"], row["attempt"], row["text"]) == ("complete", 2, script(WORDS))
    assert assembled(heard, finished["conversation_id"], reply)["text"] == script(WORDS)
    assert heard[-1].type == "end"
    assert {1, 2} == set(attempts), "there was only one attempt: this shows nothing"
    assert told([e for e in alice.events(reply) if e.data.get("attempt") == 2]) == script(WORDS)


def test_a_worker_that_slept_past_its_lease_is_heard_by_nobody(bed: Bed) -> None:
    with bed.reader() as alice:
        both = pair(bed, alice, f"words={WORDS} rate=20")
        both.worker.ask(signal.SIGSTOP)
        both.release()
        taken_over(bed, alice, both.reply)

        both.worker.ask(signal.SIGCONT)

        says(bed, both.worker, f"reply {both.reply} is no longer ours", f"reply {both.reply}: overtaken")
        check_said_once(bed, alice, both.reply)


def test_a_worker_whose_postgresql_says_nothing_stops_its_answers_before_another_begins_them(
    bed: Bed,
) -> None:
    with bed.reader() as alice:
        both = pair(bed, alice, f"words={WORDS} rate=11", bed.to_postgres)
        bed.to_postgres.stall()
        both.release()
        says(bed, both.worker, f"reply {both.reply} is no longer ours")
        was_before = bed.row(both.reply)["attempt"] == 1
        taken_over(bed, alice, both.reply)

        bed.to_postgres.mend()

        check_said_once(bed, alice, both.reply)
        next_one = alice.finished(alice.say(alice.start(bot="script"), "words=3"))
    assert was_before
    assert next_one["text"] == script(3)
    assert both.worker.poll() is None


def test_a_worker_whose_kafka_takes_nothing_keeps_its_answer_and_begins_no_other(bed: Bed) -> None:
    with bed.reader() as alice:
        both = pair(bed, alice, f"words={WORDS} rate=20", bed.to_kafka)
        bed.to_kafka.stall()
        both.release()
        bed.becomes(both.reply, status="complete")
        questions = [alice.say(alice.start(bot="script"), "words=1") for _ in range(12)]
        others = [alice.finished(each, within=10) for each in questions]

        bed.to_kafka.mend()

        finished = alice.finished(both.reply)
        alice.wait_for(lambda: told(alice.events(both.reply)) == script(WORDS), what="all its deltas, late")
    assert (finished["text"], finished["attempt"]) == (script(WORDS), 1)
    assert {other["text"] for other in others} == {script(1)}
    assert not [each["id"] for each in others if each["id"] in bed.log_of(both.worker).read_text()]
