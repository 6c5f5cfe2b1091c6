"""Workers die: what they answered goes on elsewhere, and what nobody heard of is found."""

import random
from functools import partial
from statistics import median

import pytest

from tests.end_to_end.stranger import a_stranger
from tests.end_to_end.test_answers import has_said, script
from tests.faults.bed import Bed
from tests.reader.client import Reader

ASKED = 24


@pytest.fixture(scope="module", autouse=True)
def web(whole_bed: Bed) -> None:
    whole_bed.web()


@pytest.fixture
def asked_before(bed: Bed) -> list[str]:
    """Conversations in every partition of the doorbells, each with an answer."""
    with bed.reader() as alice:
        return [alice.start(bot="script") for _ in range(ASKED)]


def waited(bed: Bed, reply: str) -> float:
    """Seconds between the question and the end of its answer, by the database's clock."""
    row = bed.row(reply)
    return float((row["finished_at"] - row["created_at"]).total_seconds())


def test_a_killed_worker_s_answers_go_on_elsewhere_and_new_questions_are_answered_in_3_seconds(
    bed: Bed, asked_before: list[str]
) -> None:
    first, second = bed.worker(), bed.worker()
    with bed.reader() as alice:
        running = [alice.say(alice.start(bot="script"), "words=60 rate=20") for _ in range(8)]
        for reply in running:
            alice.wait_for(partial(has_said, alice, reply, 2), what="the first words of all")

        first.kill()
        new = [alice.say(conversation, "words=1") for conversation in asked_before]
        answers = [alice.finished(reply, within=10) for reply in new]
        taken_over = [alice.finished(reply, within=25) for reply in running]

    waits = sorted(waited(bed, reply) for reply in new)
    assert {answer["text"] for answer in answers} == {script(1)}
    assert max(waits) > 1, "none was in a dead partition: this shows nothing"
    assert median(waits) < 3
    assert max(waits) < 4, "3 on a machine that has nothing else to do"
    assert {reply["text"] for reply in taken_over} == {script(60)}
    assert 2 in {reply["attempt"] for reply in taken_over}, "the dead one answered nothing: this shows less"
    assert max(waited(bed, reply) for reply in running) < 15 + 4
    assert second.poll() is None


def test_after_three_dead_workers_a_reply_fails_with_a_reason(bed: Bed) -> None:
    with bed.reader() as alice:
        reply = alice.say(alice.start(bot="script"), "words=2000 rate=20")
        for attempt in (1, 2, 3):
            dying = bed.worker()
            bed.becomes(reply, status="streaming", attempt=attempt, tries=attempt)
            dying.kill()
            bed.ages(reply, 11)
        bed.worker()
        failed = alice.finished(reply)

    assert (failed["status"], failed["text"]) == ("failed", bed.row(reply)["text"])
    assert "three tries" in failed["error"]


def test_waiting_alone_costs_no_try(bed: Bed) -> None:
    with bed.reader() as alice:
        conversation = alice.start(bot="script")
        replies = [alice.say(conversation, "words=2") for _ in range(3)]
        bed.sql("UPDATE conversations_message SET created_at = created_at - interval '1 hour'")

        bed.worker()
        ends = [alice.finished(reply) for reply in replies]

    assert {(end["status"], end["text"]) for end in ends} == {("complete", script(2))}
    assert [bed.row(reply)["tries"] for reply in replies] == [1, 1, 1]


def test_an_error_of_the_bot_fails_the_reply_at_the_first_try(bed: Bed) -> None:
    bed.worker()
    with bed.reader() as alice:
        failed = alice.finished(alice.say(alice.start(bot="script"), "words=5 fail_after=2"))

    assert (failed["status"], failed["attempt"]) == ("failed", 1)
    assert failed["error"]


def test_doorbells_lost_doubled_and_out_of_order_change_no_order(bed: Bed) -> None:
    bed.worker(), bed.worker()
    with bed.reader() as alice:
        conversations = [alice.start(bot="script") for _ in range(6)]
        asked = {each: [alice.say(each, f"words={n} rate=100") for n in (9, 6, 3)] for each in conversations}
        ring_at_random(bed, conversations)
        texts = {each: [alice.finished(reply)["text"] for reply in asked[each]] for each in conversations}
        lives = {each: life_of(alice, each) for each in conversations}

    assert texts == {each: [script(9), script(6), script(3)] for each in conversations}
    assert lives == {each: [reply for reply in asked[each] for _ in range(2)] for each in conversations}


def life_of(reader: Reader, conversation: str) -> list[str]:
    """Which replies began and ended, in the order of the log, each told once."""
    told = [e for e in reader.heard if e.type in ("reply.started", "reply.finished")]
    here = [(e.type, e.about) for e in told if e.data["conversation_id"] == conversation]
    return [about for _, about in dict.fromkeys(here)]


def ring_at_random(bed: Bed, conversations: list[str]) -> None:
    with a_stranger(bed) as stranger:
        for conversation in random.choices(conversations, k=60):
            stranger.write("incoming-messages", conversation, RING.format(conversation).encode())


RING = '{{"conversation_id": "{}"}}'
