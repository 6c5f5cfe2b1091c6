from collections.abc import Callable, Iterator

from prometheus_client import Metric, ProcessCollector
from prometheus_client.registry import Collector

from chatbot.metrics.families import counter, gauge
from chatbot.metrics.sheet import Sheet
from chatbot.metrics.web import outgoing
from chatbot.worker.attempt.talk import abandoned
from chatbot.worker.attempt.voice import spoken
from chatbot.worker.worker import Worker
from conversations.answers.backlog import Backlog
from conversations.answers.replies import ended_unclaimed


class WorkerFigures(Collector):
    """The figures of a worker, read where they are; what waits in PostgreSQL, as it was last asked."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        worker.backlog.is_wanted = True
        self._process = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Metric]:
        yield from self._worker.tally.registry.collect()
        yield from _told()
        yield from self._now()
        yield from outgoing(*self._worker.outgoing)
        if (seen := self._worker.backlog.last) is not None:
            yield from _backlog(*seen)
        yield from self._process.collect()

    def _now(self) -> Iterator[Metric]:
        state = self._worker.state
        yield gauge("chatbot_answers_running", "Answers that run in this worker.", state.running)
        yield gauge("chatbot_slots_free", "Answers that it could begin right now.", state.free_slots)
        yield gauge("chatbot_inbox_conversations", "Conversations that wait for a free slot.", state.inbox)
        yield gauge("chatbot_heartbeat_age_seconds", "Since the leases were renewed.", state.heartbeat_age)
        yield gauge("chatbot_kafka_connected", "Processes that can reach Kafka.", int(state.is_connected))
        yield gauge("chatbot_bots_abandoned", "Bots that refuse to end, and go on unheard.", len(abandoned))


def _told() -> Iterator[Metric]:
    yield counter("chatbot_deltas", "Pieces of answers that were told.", spoken.deltas)
    yield counter("chatbot_characters", "Characters in them.", spoken.characters)
    unclaimed = ended_unclaimed.numbers()
    says = "Answers that were ended without another attempt."
    yield counter("chatbot_answers_unclaimed", says, unclaimed, labels="status")


def _backlog(seen: Backlog, age: float) -> Iterator[Metric]:
    yield gauge("chatbot_replies", "Unfinished replies in PostgreSQL.", seen.replies, labels="status")
    yield gauge("chatbot_queue_age_seconds", "Age of the oldest queued reply.", seen.oldest_queued)
    yield gauge("chatbot_news_overdue", "Changes that Kafka should have heard of.", seen.news_overdue)
    yield gauge("chatbot_dead_records", "Dead records that nobody sent back.", seen.dead_records)
    yield gauge("chatbot_backlog_age_seconds", "Since PostgreSQL was asked for these.", age)


def worker_text(worker: Worker) -> Callable[[], bytes]:
    """What `/metrics` of that worker says."""
    figures = WorkerFigures(worker)
    return lambda: Sheet(figures.collect()).text
