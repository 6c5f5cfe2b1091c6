"""What is going to happen to whom: made wholly out of the seed, before anything runs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill", "stop", "term"]

WEIGHTS = {"worker-0": 4, "worker-1": 4, "web-0": 3, "web-1": 3, "broker": 2, "postgres": 2}
VICTIMS = tuple(WEIGHTS)
KINDS: tuple[Kind, ...] = ("kill", "stop", "term")
PAUSE = (2.5, 5.5)
AWAY = (0.5, 5.0)
STOPPED = (1.0, 6.0)
STOPPED_PAST_THE_LEASE = (11.0, 15.0)
RECOVERY = 6.0  # nobody is hurt again before it had that long to come back


@dataclass(frozen=True, slots=True)
class Fault:
    """At `at` seconds after the beginning; one is stopped for `seconds`, or, once it is gone, stays away."""

    at: float
    victim: str
    kind: Kind
    seconds: float

    @property
    def end(self) -> float:
        return self.at + self.seconds

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.kind:4}  {self.victim:8}  {self.seconds:4.1f} s"


def schedule(seed: int, seconds: float) -> list[Fault]:
    """Over within `seconds`: by then, whoever was stopped goes on, and whoever is gone is to be started."""
    dice = random.Random(f"schedule {seed}")
    faults: list[Fault] = []
    at = dice.uniform(0.5, PAUSE[0])
    while at < seconds - STOPPED[0]:
        free = _unhurt(faults, at)
        if free:
            faults.append(_fault(dice, at, free, most=seconds - at))
        at += dice.uniform(*PAUSE)
    return faults


def _unhurt(faults: Sequence[Fault], at: float) -> list[str]:
    hurt = {fault.victim for fault in faults if at < fault.end + RECOVERY}
    return [victim for victim in VICTIMS if victim not in hurt]


def _fault(dice: random.Random, at: float, free: Sequence[str], *, most: float) -> Fault:
    (victim,) = dice.choices(free, [WEIGHTS[name] for name in free])
    kind = dice.choice(KINDS)
    return Fault(round(at, 2), victim, kind, round(min(most, _seconds(dice, kind)), 2))


def _seconds(dice: random.Random, kind: Kind) -> float:
    if kind != "stop":
        return dice.uniform(*AWAY)
    return dice.uniform(*(STOPPED_PAST_THE_LEASE if dice.random() < 0.35 else STOPPED))
