from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.schedule import KINDS, VICTIMS, schedule

SEEDS = st.integers(0, 10**6)
SECONDS = st.floats(5, 300)


@given(SEEDS, SECONDS)
def test_a_seed_makes_the_same_schedule_each_time(seed: int, seconds: float) -> None:
    assert schedule(seed, seconds) == schedule(seed, seconds)


def test_another_seed_makes_another_schedule() -> None:
    assert schedule(1, 60) != schedule(2, 60)


@given(SEEDS, SECONDS)
def test_everything_is_over_when_the_time_is(seed: int, seconds: float) -> None:
    assert max((fault.end for fault in schedule(seed, seconds)), default=0) <= seconds + 0.01


@given(SEEDS, SECONDS)
def test_nobody_is_hurt_again_before_the_last_fault_is_over(seed: int, seconds: float) -> None:
    faults = combinations(schedule(seed, seconds), 2)

    assert [(a, b) for a, b in faults if a.victim == b.victim and b.at < a.end] == []


def test_three_minutes_hurt_everybody_in_every_way() -> None:
    faults = [fault for seed in range(10) for fault in schedule(seed, 180)]

    assert {(fault.victim, fault.kind) for fault in faults} == {(v, k) for v in VICTIMS for k in KINDS}
    assert max(fault.seconds for fault in faults if fault.victim.startswith("worker")) > 10
