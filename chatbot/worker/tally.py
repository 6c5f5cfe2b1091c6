from collections.abc import Collection

from prometheus_client import CollectorRegistry, Counter, Histogram

from conversations.answers.replies import Claim
from conversations.models import Message

WAITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LENGTHS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
OTHER = "other"


class Tally:
    """What a worker counts of its answers: once or twice for each, never for each piece of one.

    `known` are the bots that have a name of their own as a label; the rest are one.
    """

    def __init__(self, known: Collection[str]) -> None:
        self.registry = CollectorRegistry()
        self._known = frozenset(known)
        self._attempts = self._counter("attempts", "Attempts that this worker began.", "bot")
        self._taken_over = self._counter("attempts_taken_over", "Of those: whose worker had gone silent.")
        self._lost = self._counter("attempts_lost", "Attempts that were no longer this worker's.")
        self._handed_over = self._counter("attempts_handed_over", "Attempts that were given to others.")
        self._answers = self._counter("answers", "Answers that ended here.", "bot", "status")
        self._paused = self._counter("attempts_paused", "Attempts that ended without an end of the answer.")
        self._tokens = self._counter("tokens", "Tokens of answers, as models counted them.", "bot", "kind")
        self._news = self._counter("news_retold", "Rows that the news sweep told again.")
        self._waits = self._histogram("queue_wait_seconds", "From the question to its first attempt.", WAITS)
        says = "From the question to the first piece of an attempt's answer."
        self._first = self._histogram("first_token_seconds", says, WAITS, "bot")
        self._whole = self._histogram("answer_seconds", "From the question to the end.", LENGTHS, "bot")

    def begun(self, claim: Claim) -> None:
        reply = claim.reply
        self._attempts.labels(self._bot(reply)).inc()
        if reply.attempt == 1:
            self._waits.observe(waited(reply))
        if reply.tries > 1:
            self._taken_over.inc()

    def spoken(self, claim: Claim, seconds: float) -> None:
        """The first piece was told that long after the claim."""
        self._first.labels(self._bot(claim.reply)).observe(waited(claim.reply) + seconds)

    def ended(self, reply: Message) -> None:
        self._answers.labels(self._bot(reply), reply.status).inc()
        if reply.finished_at is not None:
            took = (reply.finished_at - reply.created_at).total_seconds()
            self._whole.labels(self._bot(reply)).observe(max(0.0, took))
        for kind in ("input", "output"):
            self._tokens.labels(self._bot(reply), kind).inc((reply.usage or {}).get(f"{kind}_tokens", 0))

    def lost(self) -> None:
        self._lost.inc()

    def handed_over(self) -> None:
        self._handed_over.inc()

    def paused(self) -> None:
        self._paused.inc()

    def retold(self, rows: int) -> None:
        self._news.inc(rows)

    def _bot(self, reply: Message) -> str:
        return reply.bot if reply.bot in self._known else OTHER

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"chatbot_{name}", says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"chatbot_{name}", says, labels, buckets=buckets, registry=self.registry)


def waited(reply: Message) -> float:
    """Seconds from its making to the claim, both by the database's clock."""
    if reply.heartbeat_at is None:
        return 0.0
    return max(0.0, (reply.heartbeat_at - reply.created_at).total_seconds())
