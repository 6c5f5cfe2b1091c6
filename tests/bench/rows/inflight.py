"""Many answers at once on one worker process, each at the pace of a model: is every word in time?"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.bare import figures, start
from tests.bench.bed import Bed
from tests.bench.contestant import OURS, Contestant
from tests.bench.cores import Meter, yardstick
from tests.bench.ear import DELTA, Ear, Told
from tests.bench.load import BUSY, percentile
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale
from tests.bench.service import Service
from tests.bench.worker import Worker
from tests.waiting import wait_until

SECONDS = 120.0
TURN = 0.25
WATCHED = 0.7  # of the bare loop's time: at its beginning its producer does not know the broker yet
BEAT = """
SELECT extract(epoch FROM max(statement_timestamp() - heartbeat_at))::float FROM conversations_message
WHERE status = 'streaming'
"""
TRIED = (
    "SELECT count(*) FILTER (WHERE attempt > 1), count(*) FILTER (WHERE status <> 'complete') FROM {0} {1}"
)
REPLIES = ("conversations_message", "WHERE role = 'assistant'")


@dataclass
class Window:
    """While all of them are being said."""

    cpu_seconds: float
    deltas: int
    begins: int
    ends: int
    server_core: float
    load_core: float
    memory_mb: float
    heartbeat_s: float


def inflight(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    if contestant is not OURS:
        return
    number, rate, seconds = scale.inflight
    conditions = {"answers": number, "rate": rate}
    words = int(rate * seconds)
    service = Service(bed, {"WORKER_CONCURRENCY": str(number)})
    with service.worker() as worker, Ear(bed.broker.bootstrap_servers, service.responses) as ear:
        speed = yardstick(bed.cores)
        told = _said(service, worker, ear, text=f"words={words} rate={rate}", number=number)
    yield Result("inflight", "ours", conditions, {**told, "yardstick_ms": speed})
    plan: dict[str, object] = {"answers": number, "words": words, "rate": rate, "delta": ear.sizes[DELTA]}
    yield Result("inflight", "bare", conditions, _bare(bed, service, plan))


def _said(service: Service, worker: Worker, ear: Ear, *, text: str, number: int) -> dict[str, Figure]:
    questions = service.conversations(number, text=text)
    service.ring(questions)

    def has(done: str) -> bool:
        worker.check()
        ear.listen(TURN)
        return bool(getattr(ear, done) >= number)

    wait_until(lambda: has("started"), SECONDS, what=f"{number} answers begin (log: {worker.log})")
    window = _window(service, worker, ear)
    wait_until(lambda: has("finished"), SECONDS, what=f"{number} answers end (log: {worker.log})")
    again, incomplete = service.ask(TRIED.format(*REPLIES))
    begins = [told.started for told in ear.told.values()]
    return {
        **_figures(window, list(ear.told.values()), float(text.rpartition("=")[2])),
        "begun_within_s": (max(begins) - min(begins)) / 1e6,
        "memory_mb": window.memory_mb,
        "heartbeat_oldest_s": window.heartbeat_s,
        "tried_again": int(str(again)),
        "incomplete": int(str(incomplete)),
    }


def _window(service: Service, worker: Worker, ear: Ear) -> Window:
    server, load = Meter(service.bed.cores.server), Meter(service.bed.cores.load)
    used, deltas, begins, oldest = worker.cpu_seconds(), ear.deltas, latest(ear), 0.0
    while not ear.finished:
        worker.check()
        ear.listen(TURN)
        (age,) = service.ask(BEAT)
        oldest = max(oldest, float(str(age or 0)))
    return Window(
        worker.cpu_seconds() - used,
        ear.deltas - deltas,
        begins,
        latest(ear),
        server.busy(),
        load.busy(),
        worker.memory_mb(),
        oldest,
    )


def latest(ear: Ear) -> int:
    return max(told.arrivals[-1] for told in ear.told.values() if told.arrivals)


def _figures(window: Window, answers: list[Told], rate: float) -> dict[str, Figure]:
    late = [each for told in answers for each in lateness(told, rate, window.begins, window.ends)]
    seconds = (window.ends - window.begins) / 1e6
    return {
        "tokens_per_s": len(late) / seconds,
        "cpu_us_per_token": window.cpu_seconds / max(len(late), 1) * 1e6,
        "words_per_delta": len(late) / max(window.deltas, 1),
        "late_p50_ms": percentile(late, 0.5),
        "late_p99_ms": percentile(late, 0.99),
        "slowest_to_nominal": max(stretched(told, rate) for told in answers),
        "server_core": window.server_core,
        "load_core": window.load_core,
        "load_limited": window.load_core > BUSY,
    }


def lateness(told: Told, rate: float, begins: int, ends: int) -> list[int]:
    """Of each word that came between these moments, by the answer's own clock: its earliest word's."""
    due = [(arrival - int(word / rate * 1e6), arrival) for word, arrival in told.spoken()]
    earliest = min(moment for moment, _ in due)
    return [moment - earliest for moment, arrival in due if begins <= arrival <= ends]


def stretched(told: Told, rate: float) -> float:
    """How long the whole answer took, from its first to its last word, to how long it should take."""
    return (told.arrivals[-1] - told.arrivals[0]) / 1e6 / max(told.words[-1] / rate, 0.001)


def _bare(bed: Bed, service: Service, plan: dict[str, object]) -> dict[str, Figure]:
    number, words, rate = (int(str(plan[name])) for name in ("answers", "words", "rate"))
    with Ear(bed.broker.bootstrap_servers, service.responses) as ear:
        program = start(bed, "bare_tokens", {"topic": service.responses, **plan})

        def is_over() -> bool:
            ear.listen(TURN)
            return program.poll() is not None and ear.words >= number * words

        load = Meter(bed.cores.load)
        wait_until(is_over, SECONDS, what="the bare loop has said everything")
    told = figures(program)
    ends = latest(ear)
    begins = ends - int(words / rate * WATCHED * 1e6)
    late = [each for one in ear.told.values() for each in lateness(one, rate, begins, ends)]
    return {
        "tokens_per_s": len(late) / (ends - begins) * 1e6,
        "cpu_us_per_token": told["cpu_seconds"] / (number * words) * 1e6,
        "late_p50_ms": percentile(late, 0.5),
        "late_p99_ms": percentile(late, 0.99),
        "load_core": load.busy(),
    }
