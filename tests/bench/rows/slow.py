"""One reader that never reads, and many that do: what it does to them, and what becomes of it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tests.bench.bed import Bed, Trial
from tests.bench.contestant import Contestant
from tests.bench.crowd import Crowd
from tests.bench.load import drain, losses, percentile
from tests.bench.producer import Order
from tests.bench.reader import Reader
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale

RETRY = 0.25
ESTABLISHED = "01"
WATCHED_SECONDS = 20.0
AFTER = 2.0
RETURN_SECONDS = 20.0
SETTLE = 2.0


def slow(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    """Half of the events are for the one that does not read, whether it is there or not."""
    number, rate = scale.slow
    if not contestant.resumes:
        return
    with bed.trial(contestant) as trial, closing(Crowd(trial.server.port, retry=RETRY)) as crowd:
        readers = [Reader(person) for person in trial.people[:number]]
        sleeper = Reader(trial.people[number])
        keys = [key for reader in readers for key in (reader.person.key, sleeper.person.key)]
        crowd.connect(readers)
        without = _without(trial, crowd, Order(trial.topic, keys, rate, scale.warm_up + scale.window))
        order = Order(trial.topic, keys, rate, WATCHED_SECONDS + AFTER + RETURN_SECONDS)
        figures = _endured(trial, crowd, readers, sleeper, order=order)
    yield Result("slow", contestant.name, {"connections": number, "rate": rate}, {**without, **figures})


def _without(trial: Trial, crowd: Crowd, order: Order) -> dict[str, Figure]:
    crowd.latencies = []
    trial.producer.start(order)
    crowd.listen(order.seconds)
    drain(trial, crowd, [])
    return {"p99_without_ms": percentile(crowd.latencies, 0.99)}


def _endured(
    trial: Trial, crowd: Crowd, readers: Sequence[Reader], sleeper: Reader, *, order: Order
) -> dict[str, Figure]:
    before = trial.server.memory_kb()
    sleeper.tally.next = trial.producer.made[sleeper.person.key]
    crowd.connect([sleeper])
    _read_something(trial, crowd, sleeper)
    crowd.ignore(sleeper)
    trial.producer.start(order)
    watched = _watch(trial, crowd, sleeper)
    returned = _return(trial, crowd, [*readers, sleeper], sleeper)
    crowd.listen(SETTLE)
    memory = {"memory_before_mb": before / 1024, "memory_after_mb": trial.server.memory_kb() / 1024}
    mine = {f"its_{name}": figure for name, figure in losses(trial, [sleeper]).items()}
    return {**watched, **memory, **returned, **mine, **losses(trial, readers)}


def _read_something(trial: Trial, crowd: Crowd, sleeper: Reader) -> None:
    """So that it has an id to come back with, whether or not streams begin with one."""
    trial.producer.start(Order(trial.topic, [sleeper.person.key], rate=20, seconds=0.5))
    drain(trial, crowd, [sleeper])


def _watch(trial: Trial, crowd: Crowd, sleeper: Reader) -> dict[str, Figure]:
    """Until some time after it was cut off, or for long."""
    crowd.latencies = []
    start, cut_after, most = time.monotonic(), None, 0
    until = WATCHED_SECONDS
    while (passed := time.monotonic() - start) < until:
        crowd.listen(0.1)
        most = max(most, trial.server.memory_kb())
        if cut_after is None and not is_connected(trial.server.port, sleeper):
            cut_after, until = passed, passed + AFTER
    return {
        "p99_with_ms": percentile(crowd.latencies, 0.99),
        "cut_after_s": cut_after,
        "memory_most_mb": most / 1024,
    }


def _return(trial: Trial, crowd: Crowd, readers: Sequence[Reader], sleeper: Reader) -> dict[str, Figure]:
    crowd.drop(sleeper)
    start = time.monotonic_ns() // 1000
    crowd.connect([sleeper])
    crowd.listen(AFTER)
    trial.producer.stop()
    drain(trial, crowd, readers, within=RETURN_SECONDS)
    return {"caught_up_after_s": (sleeper.caught_up_at - start) / 1e6}


def is_connected(port: int, reader: Reader) -> bool:
    """Whether the server's end of that connection is open: what a client that does not read can't see."""
    assert reader.connection is not None
    mine = reader.connection.getsockname()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if local.endswith(f":{port:04X}") and remote.endswith(f":{mine:04X}"):
            return state == ESTABLISHED
    return False
