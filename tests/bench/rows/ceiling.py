"""The highest rate at which events still come in time: 99 % of them within 100 ms, and none queue up."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from tests.bench.bed import Bed, Trial
from tests.bench.contestant import Contestant
from tests.bench.crowd import Crowd
from tests.bench.load import load, losses
from tests.bench.reader import Reader
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale

CONNECTIONS = 1000
IN_TIME_MS = 100
ALL = 0.98  # of what was to be produced came within the window
FULL = 0.95  # of the server's core: it can do no more
TRIES = 2  # a machine may have one hiccup


def ceiling(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    highest, limit = 0, None
    quicker = replace(scale, warm_up=scale.warm_up / 2, window=scale.window * 0.6)
    with bed.trial(contestant) as trial, closing(Crowd(trial.server.port)) as crowd:
        readers = [Reader(person) for person in trial.people[:CONNECTIONS]]
        crowd.connect(readers)
        for rate in scale.steps:
            figures = _step(trial, crowd, readers, rate, quicker)
            conditions = {"connections": len(readers), "rate": rate}
            yield Result("ceiling", contestant.name, conditions, {**figures, **losses(trial, readers)})
            if not _is_in_time(figures):
                limit = _limit(figures)
                break
            highest = rate
    figures = {"highest_rate": highest, "limited_by": limit or "the last step"}
    yield Result("highest", contestant.name, {"connections": len(readers)}, figures)


def _step(
    trial: Trial, crowd: Crowd, readers: Sequence[Reader], rate: int, scale: Scale
) -> dict[str, Figure]:
    for _ in range(TRIES):
        figures = load(trial, crowd, readers, rate, scale).figures()
        if _is_in_time(figures):
            break
    return figures


def _limit(figures: dict[str, Figure]) -> str:
    """The processor that had no time left; where both had some, the server waited for something else."""
    server = figures["server_core"]
    assert isinstance(server, float)
    full = {"server": server > FULL, "load": bool(figures["load_limited"])}
    return " and ".join(name for name, is_full in full.items() if is_full) or "server"


def _is_in_time(figures: dict[str, Figure]) -> bool:
    p99, delivered = figures["p99_ms"], figures["delivered"]
    assert isinstance(delivered, float)
    return isinstance(p99, float) and p99 < IN_TIME_MS and delivered > ALL
