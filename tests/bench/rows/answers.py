"""What an answer and its tokens cost one worker process, against a loop that produces the same records."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.bare import figures, start
from tests.bench.bed import Bed
from tests.bench.contestant import OURS, Contestant
from tests.bench.cores import Meter, yardstick
from tests.bench.ear import DELTA, FINISHED, STARTED, Ear
from tests.bench.load import BUSY
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale
from tests.bench.service import Service, until_finished
from tests.bench.worker import Worker


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float
    cpu_seconds: float
    answers: int
    words: int
    deltas: int

    def figures(self) -> dict[str, Figure]:
        records = self.deltas + 2 * self.answers
        return {
            "answers_per_s": self.answers / self.seconds,
            "words_per_s": self.words / self.seconds,
            "deltas_per_s": self.deltas / self.seconds,
            "cpu_ms_per_answer": self.cpu_seconds / self.answers * 1000,
            "cpu_us_per_word": self.cpu_seconds / self.words * 1e6,
            "cpu_us_per_delta": self.cpu_seconds / self.deltas * 1e6,
            "cpu_us_per_record": self.cpu_seconds / records * 1e6,
        }


def answers(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    """As fast as they go for a bot that has everything to say at once; at its pace for one that has not."""
    if contestant is not OURS:
        return
    for number, words, rate in scale.answers:
        service = Service(bed, {"WORKER_CONCURRENCY": str(min(number, 1000))})
        conditions = {"answers": number, "words": words, "rate": rate}
        with service.worker() as worker, Ear(bed.broker.bootstrap_servers, service.responses) as ear:
            speed = yardstick(bed.cores)
            told, load = _answered(service, worker, ear, text=f"words={words} rate={rate}", number=number)
        busy: dict[str, Figure] = {"load_core": load, "load_limited": load > BUSY, "yardstick_ms": speed}
        yield Result("answers", "ours", conditions, {**told.figures(), **busy})
        yield Result("answers", "bare", conditions, _bare(bed, service, told, ear).figures())


def _answered(
    service: Service, worker: Worker, ear: Ear, *, text: str, number: int
) -> tuple[Measured, float]:
    questions = service.conversations(number, text=text)
    load, used, begun = Meter(service.bed.cores.load), worker.cpu_seconds(), time.monotonic()
    service.ring(questions)
    until_finished(ear, worker, questions)
    took, used = time.monotonic() - begun, worker.cpu_seconds() - used
    return Measured(took, used, ear.finished, ear.words, ear.deltas), load.busy()


def _bare(bed: Bed, service: Service, ours: Measured, ear: Ear) -> Measured:
    """At the pace of ours: how much goes in a batch, and so what a record costs, depends on that."""
    deltas = ours.deltas // ours.answers
    plan = {
        "topic": service.responses,
        "answers": ours.answers,
        "deltas": deltas,
        "rate": (ours.deltas + 2 * ours.answers) / ours.seconds,
        "started": ear.sizes[STARTED],
        "delta": ear.sizes[DELTA],
        "finished": ear.sizes[FINISHED],
    }
    told = figures(start(bed, "bare_records", plan))
    return Measured(told["seconds"], told["cpu_seconds"], ours.answers, ours.words, deltas * ours.answers)
