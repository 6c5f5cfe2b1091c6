"""Events at a rate, heard by a crowd: what each cost the server, and how late they came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.bench.bed import Trial
from tests.bench.cores import Meter, yardstick
from tests.bench.crowd import Crowd
from tests.bench.producer import Order
from tests.bench.reader import Reader
from tests.bench.result import Figure
from tests.bench.scale import Scale

DRAIN_SECONDS = 5.0
BUSY = 0.9  # of the load's core: beyond that, what is late may be late at the reader


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured in the window."""

    cpu_seconds: float
    latencies: list[int]
    wanted: float
    server_busy: float
    load_busy: float
    yardstick: float = 0.0

    def figures(self) -> dict[str, Figure]:
        return {
            "cpu_us_per_event": self.cpu_seconds / max(len(self.latencies), 1) * 1e6,
            "p50_ms": percentile(self.latencies, 0.5),
            "p99_ms": percentile(self.latencies, 0.99),
            "delivered": len(self.latencies) / self.wanted,
            "server_core": self.server_busy,
            "load_core": self.load_busy,
            "load_limited": self.load_busy > BUSY,
            "yardstick_ms": self.yardstick,
        }


def load(trial: Trial, crowd: Crowd, readers: Sequence[Reader], rate: int, scale: Scale) -> Load:
    """Ends when everything was heard, or some seconds after the last event was produced."""
    keys = [reader.person.key for reader in readers]
    before = yardstick(trial.cores)
    trial.producer.start(Order(trial.topic, keys, rate, scale.warm_up + scale.window))
    crowd.listen(scale.warm_up)
    measured = window(trial, crowd, rate=rate, seconds=scale.window)
    drain(trial, crowd, readers)
    return replace(measured, yardstick=(before + yardstick(trial.cores)) / 2)


def window(trial: Trial, crowd: Crowd, *, rate: float, seconds: float) -> Load:
    crowd.latencies = []
    server, load = Meter(trial.cores.server), Meter(trial.cores.load)
    used, start = trial.server.cpu_seconds(), time.monotonic()
    crowd.listen(seconds)
    used, took = trial.server.cpu_seconds() - used, time.monotonic() - start
    return Load(used, crowd.latencies, rate * took, server.busy(), load.busy())


def drain(trial: Trial, crowd: Crowd, readers: Sequence[Reader], *, within: float = DRAIN_SECONDS) -> None:
    """Until everything produced was heard, `within` seconds at most."""
    while not trial.producer.is_done:
        crowd.listen(0.1)
    trial.producer.finish()
    deadline = time.monotonic() + within
    while lost(trial, readers) and time.monotonic() < deadline:
        crowd.listen(0.1)


def lost(trial: Trial, readers: Sequence[Reader]) -> int:
    made = trial.producer.made
    return sum(reader.tally.lost(made[reader.person.key]) for reader in readers)


def losses(trial: Trial, readers: Sequence[Reader]) -> dict[str, Figure]:
    return {
        "lost": lost(trial, readers),
        "doubled": sum(reader.tally.doubled for reader in readers),
        "disordered": sum(reader.tally.disordered for reader in readers),
    }


def percentile(microseconds: Sequence[int], share: float) -> float | None:
    """In milliseconds."""
    if not microseconds:
        return None
    ordered = sorted(microseconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1000
