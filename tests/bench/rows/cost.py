"""CPU and latency of an event: at some rates, for few and many connections, and as tokens come."""

from collections.abc import Iterator
from contextlib import closing

from tests.bench.bed import Bed
from tests.bench.contestant import Contestant
from tests.bench.crowd import Crowd
from tests.bench.load import load, losses
from tests.bench.reader import Reader
from tests.bench.result import Result
from tests.bench.scale import Scale


def cost(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    for connections, rates in scale.costs:
        yield from _at(bed, contestant, scale, row="cost", connections=connections, rates=rates)


def tokens(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    readers, each = scale.tokens
    yield from _at(bed, contestant, scale, row="tokens", connections=readers, rates=(readers * each,))


def _at(
    bed: Bed, contestant: Contestant, scale: Scale, *, row: str, connections: int, rates: tuple[int, ...]
) -> Iterator[Result]:
    with bed.trial(contestant) as trial, closing(Crowd(trial.server.port)) as crowd:
        readers = [Reader(person) for person in trial.people[:connections]]
        crowd.connect(readers)
        for rate in rates:
            figures = load(trial, crowd, readers, rate, scale).figures()
            conditions = {"connections": connections, "rate": rate}
            yield Result(row, contestant.name, conditions, {**figures, **losses(trial, readers)})
