import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext

from tests.bench.bed import Bed, bed
from tests.bench.contestant import CHEAPEST, Contestant
from tests.bench.cores import divide
from tests.bench.crowd import Crowd
from tests.bench.load import load
from tests.bench.reader import Reader
from tests.bench.result import Result
from tests.bench.rows import ALONE, ROWS, Row
from tests.bench.scale import Scale
from tests.brokers import Broker, embedded, kafka
from tests.services import services, start_broker, start_postgres


def measured(
    names: Sequence[str], servers: Sequence[Contestant], scale: Scale, *, kind: str
) -> Iterator[Iterator[Result]]:
    """The results of each row, to be taken before the next row's."""
    yield from (ALONE[name](scale) for name in dict.fromkeys(names) if name in ALONE)
    beside = [name for name in names if name in ROWS]
    if beside:
        yield from measured_beside(beside, servers, scale, kind=kind)


def measured_beside(
    names: Sequence[str], servers: Sequence[Contestant], scale: Scale, *, kind: str
) -> Iterator[Iterator[Result]]:
    """The rows of what needs PostgreSQL, a broker and a load. Moves this process to the load's core."""
    cores = divide()
    gc.disable()  # the readers make no cycles, and have no time to look for any
    os.environ.setdefault("SECRET_KEY", "of the benchmarks, and kept by nobody")
    with services:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = start_postgres()
        with broker(kind) as found, bed(found, cores, readers=scale.most_readers) as ready:
            warm(ready, scale)
            for row in dict.fromkeys(ROWS[name] for name in names):
                yield results(row, ready, servers, scale)


def broker(kind: str) -> AbstractContextManager[Broker]:
    if kind == "kafka":
        return kafka()
    start_broker()
    return nullcontext(embedded())


def warm(ready: Bed, scale: Scale) -> None:
    """A broker that has just started is slow until its hot code is compiled: nobody's measure has that."""
    connections, rates = scale.costs[0]
    with ready.trial(CHEAPEST) as trial, closing(Crowd(trial.server.port)) as crowd:
        readers = [Reader(person) for person in trial.people[:connections]]
        crowd.connect(readers)
        load(trial, crowd, readers, rates[0], scale)


def results(row: Row, ready: Bed, servers: Sequence[Contestant], scale: Scale) -> Iterator[Result]:
    for contestant in servers:
        yield from row(ready, contestant, scale)
