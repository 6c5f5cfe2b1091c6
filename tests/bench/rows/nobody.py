"""What a record costs that is for nobody here: the price of reading everything in every process."""

from collections.abc import Iterator
from contextlib import closing

from tests.bench.bed import Bed
from tests.bench.contestant import Contestant
from tests.bench.cores import yardstick
from tests.bench.crowd import Crowd
from tests.bench.load import drain, lost, window
from tests.bench.producer import Order
from tests.bench.reader import Reader
from tests.bench.result import Result
from tests.bench.scale import Scale

STRANGERS = 2000
FIRST = 9_000_000


def nobody(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    """One reader is there: by what it hears we know how far the server has read."""
    strangers = [b"%d" % (FIRST + index) for index in range(STRANGERS)]
    with bed.trial(contestant) as trial, closing(Crowd(trial.server.port)) as crowd:
        witness = Reader(trial.people[0])
        crowd.connect([witness])
        keys = [witness.person.key, *strangers]
        speed = yardstick(trial.cores)
        trial.producer.start(Order(trial.topic, keys, scale.nobody, scale.warm_up + scale.window))
        crowd.listen(scale.warm_up)
        measured = window(trial, crowd, rate=scale.nobody / len(keys), seconds=scale.window)
        drain(trial, crowd, [witness])
        missing = lost(trial, [witness])
    told = measured.figures()
    figures = {
        "cpu_us_per_record": measured.cpu_seconds / max(len(measured.latencies) * len(keys), 1) * 1e6,
        **{name: told[name] for name in ("p99_ms", "delivered", "server_core", "load_core", "load_limited")},
        "yardstick_ms": speed,
        "lost": missing,
    }
    yield Result("nobody", contestant.name, {"rate": scale.nobody}, figures)
