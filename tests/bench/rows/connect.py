"""What a connection costs: to make, with its credentials looked up, and to keep while nothing comes."""

from collections.abc import Iterator
from contextlib import closing

from tests.bench.bed import Bed, Trial
from tests.bench.contestant import Contestant
from tests.bench.cores import Meter, yardstick
from tests.bench.crowd import Crowd
from tests.bench.load import BUSY
from tests.bench.reader import Reader
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale

FIRST = 50  # what is made once, at the first requests, is no cost of a connection
SETTLE = 1.0
KEEPING = ("kb_per_connection", "threads")


def connect(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    for connections in scale.crowds:
        with bed.trial(contestant) as trial, closing(Crowd(trial.server.port)) as crowd:
            figures = _connected(trial, crowd, connections)
        making = {name: figure for name, figure in figures.items() if name not in KEEPING}
        yield Result("connect", contestant.name, {"connections": connections}, making)
        keeping = {name: figures[name] for name in KEEPING}
        yield Result("idle", contestant.name, {"connections": connections}, keeping)


def _connected(trial: Trial, crowd: Crowd, connections: int) -> dict[str, Figure]:
    _visit(trial)
    readers = [Reader(person) for person in trial.people[:connections]]
    speed = yardstick(trial.cores)
    memory, meter, used = trial.server.memory_kb(), Meter(trial.cores.load), trial.server.cpu_seconds()
    seconds = crowd.connect(readers)
    busy = meter.busy()
    crowd.listen(SETTLE)
    used = trial.server.cpu_seconds() - used
    assert crowd.cut == 0, f"{crowd.cut} of {connections} readers were refused or cut off"
    return {
        "cpu_ms_per_connect": used / connections * 1000,
        "per_second": connections / seconds,
        "load_core": busy,
        "load_limited": busy > BUSY,
        "yardstick_ms": speed,
        "kb_per_connection": (trial.server.memory_kb() - memory) / connections,
        "threads": trial.server.threads(),
    }


def _visit(trial: Trial) -> None:
    with closing(Crowd(trial.server.port)) as crowd:
        crowd.connect([Reader(person) for person in trial.people[:FIRST]])
        crowd.listen(SETTLE)
