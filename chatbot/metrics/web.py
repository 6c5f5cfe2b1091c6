from collections.abc import Iterator

from prometheus_client import Metric, ProcessCollector
from prometheus_client.registry import Collector

from chatbot import requests
from chatbot.metrics.families import counter, gauge
from conversations.asking import posting
from conversations.telling.acknowledgements import Acknowledgements
from streaming import counted
from streaming.broker.publisher import Publisher
from streaming.delivery import Delivery


class WebFigures(Collector):
    """The figures of a web process, read where they are: nothing is asked of PostgreSQL or Kafka.

    For one thread at a time, about once a second (`LagWatch`).
    """

    def __init__(self, delivery: Delivery, publisher: Publisher, acknowledgements: Acknowledgements) -> None:
        self._delivery = delivery
        self._publisher = publisher
        self._acknowledgements = acknowledgements
        self._process = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Metric]:
        yield gauge("chatbot_web_processes", "Web processes that are alive.", 1)
        yield from self._kafka()
        yield from self._streams()
        yield from _past()
        yield from _requests()
        yield from self._process.collect()

    def _kafka(self) -> Iterator[Metric]:
        connected, lag = self._delivery.is_connected, self._delivery.lag.look()
        yield gauge("chatbot_kafka_connected", "Processes that can reach Kafka.", int(connected))
        yield gauge(
            "chatbot_listener_lag_records", "Records between the reader and the log's end.", lag.records
        )
        yield gauge(
            "chatbot_listener_lag_seconds", "How far the reader is behind the log's end.", lag.seconds
        )
        yield counter("chatbot_records_read", "Records of the log that were read.", self._delivery.taken)
        yield from outgoing(self._publisher, self._acknowledgements)

    def _streams(self) -> Iterator[Metric]:
        count = self._delivery.hub.count
        yield gauge("chatbot_streams_open", "Streams, and polls that wait, open now.", count)
        yield counter(
            "chatbot_streams_opened", "Streams that were opened.", counted.opened.numbers(), labels="kind"
        )
        yield counter("chatbot_polls", "Polls that were let in.", by_none(counted.polled))
        refused = counted.refused.numbers()
        yield counter(
            "chatbot_streams_refused", "Streams and polls that were refused.", refused, labels="code"
        )
        yield counter("chatbot_streams_overflowed", "Queues that overflowed.", by_none(counted.overflowed))
        yield counter("chatbot_streams_cut", "Readers cut off: they took nothing.", by_none(counted.cut))


def outgoing(publisher: Publisher, acknowledgements: Acknowledgements) -> Iterator[Metric]:
    """What is on its way to Kafka, and what came back from there."""
    yield gauge("chatbot_publisher_queue_records", "Records that wait for Kafka.", publisher.waiting)
    waiting = acknowledgements.waiting
    yield gauge("chatbot_acknowledgements_waiting", "Acknowledgements that wait for PostgreSQL.", waiting)


def by_none(count: counted.Count) -> float:
    return sum(count.numbers().values())


def _past() -> Iterator[Metric]:
    replayed = counted.replayed.numbers()
    yield counter("chatbot_replays", "Pages of past events that streams read.", replayed, labels="source")
    yield counter(
        "chatbot_scans", "Readings of the log, each shared by all who wait.", by_none(counted.scanned)
    )
    resets = counted.reset.numbers()
    yield counter("chatbot_resets", "Times that a client had to read history again.", resets, labels="reason")


def _requests() -> Iterator[Metric]:
    posted = posting.counted.numbers()
    yield counter("chatbot_messages_posted", "Messages that were posted.", posted, labels="result")
    answered = requests.answered.numbers()
    says = "Responses; streams and polls are not in it."
    yield counter("chatbot_http_responses", says, answered, labels="method status")
    yield from requests.seconds.collect()
