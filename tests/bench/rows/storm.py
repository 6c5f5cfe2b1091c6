"""Everybody comes back at once: the server is killed under load and started again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from tests.bench.bed import Bed, Trial
from tests.bench.contestant import Contestant
from tests.bench.crowd import Crowd
from tests.bench.load import drain, losses
from tests.bench.producer import Order
from tests.bench.reader import Reader
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale

RETRY = 0.25
BEFORE = 2.0
DOWN = 0.5
BACK_SECONDS = 30.0
AFTER = 2.0
CATCH_UP_SECONDS = 20.0


def storm(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    for clients, rate in scale.storms if contestant.resumes else ():
        with bed.trial(contestant) as trial, closing(Crowd(trial.server.port, retry=RETRY)) as crowd:
            readers = [Reader(person) for person in trial.people[:clients]]
            crowd.connect(readers)
            figures = _survived(trial, crowd, readers, rate)
        yield Result("storm", contestant.name, {"connections": clients, "rate": rate}, figures)


def _survived(trial: Trial, crowd: Crowd, readers: Sequence[Reader], rate: int) -> dict[str, Figure]:
    keys = [reader.person.key for reader in readers]
    trial.producer.start(Order(trial.topic, keys, rate, BEFORE + DOWN + BACK_SECONDS + AFTER))
    crowd.listen(BEFORE)
    trial.server.kill()
    killed_at = _now()
    crowd.listen(DOWN)
    crowd.reached_at = 0
    trial.server.start()
    back = _until_all_are_back(crowd, readers, since=killed_at)
    crowd.listen(AFTER)
    trial.producer.stop()
    drain(trial, crowd, readers, within=CATCH_UP_SECONDS)
    times = _times(crowd.reached_at, readers) if back else {}
    return {**losses(trial, readers), "came_back": back, **times, "cpu_seconds": trial.server.cpu_seconds()}


def _until_all_are_back(crowd: Crowd, readers: Sequence[Reader], *, since: int) -> bool:
    deadline = time.monotonic() + BACK_SECONDS
    while time.monotonic() < deadline:
        crowd.listen(0.1)
        if all(reader.is_open and reader.opened_at > since for reader in readers):
            return True
    return False


def _times(listening: int, readers: Sequence[Reader]) -> dict[str, Figure]:
    """In seconds. A port may be open long before anybody answers there: gunicorn opens it first."""
    answered = min(reader.opened_at for reader in readers)
    caught_up = max(reader.caught_up_at for reader in readers)
    return {
        "port_open_to_first_answer_s": (answered - listening) / 1e6,
        "first_answer_to_last_answer_s": (max(reader.opened_at for reader in readers) - answered) / 1e6,
        "first_answer_to_last_caught_up_s": (caught_up - answered) / 1e6,
        "port_open_to_last_caught_up_s": (caught_up - listening) / 1e6,
    }


def _now() -> int:
    return time.monotonic_ns() // 1000
