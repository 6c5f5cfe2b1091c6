"""One reader that never reads, and many that do: what it does to them, and what becomes of it."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from tests.bench.bed import Bed, Trial
from tests.bench.contestant import Contestant
from tests.bench.cores import Meter
from tests.bench.crowd import Crowd
from tests.bench.load import drain, losses, percentile
from tests.bench.producer import Order
from tests.bench.reader import Reader
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale

RETRY = 0.25
ESTABLISHED = 1
TURN = 0.25
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
        alone = Order(trial.topic, keys, rate, scale.warm_up + scale.window)
        before = _without(trial, crowd, alone, scale)
        order = Order(trial.topic, keys, rate, WATCHED_SECONDS + AFTER + RETURN_SECONDS)
        figures = _endured(trial, crowd, readers, sleeper, order=order)
        crowd.drop(sleeper)
        after = _without(trial, crowd, alone, scale)
    without = {"p99_before_ms": before, **figures, "p99_after_ms": after}
    yield Result("slow", contestant.name, {"connections": number, "rate": rate}, without)


def _without(trial: Trial, crowd: Crowd, order: Order, scale: Scale) -> Figure:
    """The others' p99: before it comes and after it has gone, since that differs by itself."""
    trial.producer.start(order)
    crowd.listen(scale.warm_up)
    watched = _watch(trial, crowd, None, seconds=scale.window)
    drain(trial, crowd, [])
    return watched["p99_ms"]


def _endured(
    trial: Trial, crowd: Crowd, readers: Sequence[Reader], sleeper: Reader, *, order: Order
) -> dict[str, Figure]:
    before = trial.server.memory_kb()
    sleeper.tally.next = trial.producer.made[sleeper.person.key]
    crowd.connect([sleeper])
    _read_something(trial, crowd, sleeper)
    crowd.ignore(sleeper)
    trial.producer.start(order)
    watched = _watch(trial, crowd, sleeper, seconds=WATCHED_SECONDS)
    returned = _return(trial, crowd, [*readers, sleeper], sleeper)
    crowd.listen(SETTLE)
    memory = {"memory_before_mb": before / 1024, "memory_after_mb": trial.server.memory_kb() / 1024}
    watched["p99_with_ms"] = watched.pop("p99_ms")
    mine = {f"its_{name}": figure for name, figure in losses(trial, [sleeper]).items()}
    return {**watched, **memory, **returned, **mine, **losses(trial, readers)}


def _read_something(trial: Trial, crowd: Crowd, sleeper: Reader) -> None:
    """So that it has an id to come back with, whether or not streams begin with one."""
    trial.producer.start(Order(trial.topic, [sleeper.person.key], rate=20, seconds=0.5))
    drain(trial, crowd, [sleeper])


def _watch(trial: Trial, crowd: Crowd, sleeper: Reader | None, *, seconds: float) -> dict[str, Figure]:
    """For so long, or until some time after it was cut off."""
    crowd.latencies = []
    load, start, cut_after, most = Meter(trial.cores.load), time.monotonic(), None, 0
    while (passed := time.monotonic() - start) < seconds:
        crowd.listen(TURN)
        most = max(most, trial.server.memory_kb())
        if cut_after is None and sleeper is not None and is_cut(sleeper):
            cut_after, seconds = passed + TURN, passed + TURN + AFTER
    return {
        "p99_ms": percentile(crowd.latencies, 0.99),
        "load_core": load.busy(),
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


def is_cut(reader: Reader) -> bool:
    """Whether a client that does not read was freed: by a reset, which alone overtakes what it has not read.

    It asks the kernel for the state of the client's end (the first byte of `struct tcp_info`). The table of
    all connections, which has the server's end, takes so long to read that others would be heard late.
    """
    assert reader.connection is not None
    return reader.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != ESTABLISHED
