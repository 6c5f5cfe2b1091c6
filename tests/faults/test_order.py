"""Whatever doorbells, workers and people do: answers come one after the other, each ends, and ends once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conversations.answers.replies import Claim, claim, finish
from conversations.models import Message
from tests.conversations.replying import ask, said
from tests.faults.world import Worker, World

pytestmark = pytest.mark.django_db(transaction=True)
BOUNDED = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Interleaving(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def worker(self, data: st.DataObject) -> Worker:
        return data.draw(st.sampled_from(self.world.workers))

    def held(self, data: st.DataObject) -> tuple[Worker, Claim]:
        everything = [(worker, held) for worker in self.world.workers for held in worker.claims]
        return data.draw(st.sampled_from(everything))

    def ring(self, data: st.DataObject) -> UUID:
        return data.draw(st.sampled_from(self.world.rings))

    def has_claims(self) -> bool:
        return any(worker.claims for worker in self.world.workers)

    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        self.world.post(data.draw(st.sampled_from(self.world.conversations)))

    @precondition(lambda self: self.world.rings)
    @rule(data=st.data(), again=st.booleans())
    def a_doorbell_is_heard(self, data: st.DataObject, again: bool) -> None:
        ring, worker = self.ring(data), self.worker(data)
        if not again:
            self.world.rings.remove(ring)
        self.world.hear(worker, ring)

    @precondition(lambda self: self.world.rings)
    @rule(data=st.data())
    def a_doorbell_is_lost(self, data: st.DataObject) -> None:
        self.world.rings.remove(self.ring(data))

    @rule(data=st.data())
    def a_worker_sweeps(self, data: st.DataObject) -> None:
        self.world.sweep(self.worker(data))

    @precondition(has_claims)
    @rule(data=st.data())
    def an_answer_ends(self, data: st.DataObject) -> None:
        self.world.finish(*self.held(data))

    @precondition(has_claims)
    @rule(data=st.data())
    def an_answer_is_handed_over(self, data: st.DataObject) -> None:
        self.world.hand_over(*self.held(data))

    @rule(data=st.data())
    def a_worker_s_heart_beats(self, data: st.DataObject) -> None:
        self.world.beat(self.worker(data))

    @precondition(has_claims)
    @rule(data=st.data())
    def a_worker_sleeps_past_its_lease(self, data: st.DataObject) -> None:
        self.world.sleep(self.held(data)[0])

    @precondition(has_claims)
    @rule(data=st.data())
    def a_worker_dies(self, data: st.DataObject) -> None:
        self.world.die(self.held(data)[0])

    @precondition(lambda self: self.world.replies)
    @rule(data=st.data())
    def somebody_has_heard_enough(self, data: st.DataObject) -> None:
        self.world.cancel(data.draw(st.sampled_from(self.world.replies)))

    @invariant()
    def all_is_in_order(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.end()


def test_answers_come_one_after_the_other_whatever_happens() -> None:
    run_state_machine_as_test(Interleaving, settings=BOUNDED)


@pytest.mark.parametrize("seed", range(2))
def test_four_workers_at_once_answer_each_question_once_and_in_order(seed: int) -> None:
    world = World(conversations=5)
    asked = [ask(conversation).pk for conversation in world.conversations for _ in range(4)]
    barrier = Barrier(4, timeout=10)

    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(serve, world, barrier, Random(seed * 10 + n)) for n in range(4)]
    ended = [run.result() for run in runs]
    world.end()

    answers = world.replies
    assert sum(ended) > 4, "hardly anything was answered at once: this shows nothing"
    assert {reply.pk for reply in answers} == {*asked}
    assert {(reply.status, reply.attempt, reply.tries) for reply in answers} == {("complete", 1, 1)}
    assert in_order(sorted(answers, key=end_of))


def serve(world: World, barrier: Barrier, random: Random) -> int:
    """A worker that hears every doorbell several times, in an order of its own; how many answers it ended."""
    rings = random.sample(world.conversations * 8, 40)
    try:
        barrier.wait()
        held = (claim(conversation.pk) for conversation in rings)
        return sum(each is not None and finish(each, said()) is not None for each in held)
    finally:
        connection.close()


def end_of(reply: Message) -> datetime:
    assert reply.finished_at is not None
    return reply.finished_at


def in_order(replies: list[Message]) -> bool:
    told: dict[UUID, list[int]] = {}
    for reply in replies:
        told.setdefault(reply.conversation_id, []).append(reply.seq)
    return all(seqs == sorted(seqs) for seqs in told.values())
