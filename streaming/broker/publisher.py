import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streaming.broker.clients import producer
from streaming.broker.errors import (
    BrokerError,
    BrokerUnavailableError,
    PublisherFullError,
    RecordTooLargeError,
    translated,
)
from streaming.broker.options import BrokerOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ack:
    """Where the broker put a record."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class AckOrRefusal:
    """An `on_ack` whose owner also hears that the broker takes no record of that size (its own limit may be
    lower than ours). `on_refused` runs where `on_ack` does, and may publish.
    """

    on_ack: Callable[[Ack], None]
    on_refused: Callable[[], None]

    def __call__(self, ack: Ack) -> None:
        self.on_ack(ack)


Headers = list[tuple[str, str | bytes | None]]


class Publisher:
    """Writes records, idempotently and with acks=all; owns one thread, which hears the acknowledgements.

    Records with the same key keep their order. `publish` never blocks and may be called from any thread.
    What is not acknowledged within `patience_ms` (0: for ever) is given up without a word: whoever needs to
    know keeps a mark of its own until `on_ack` comes. Only what is too large for the broker is told.
    """

    def __init__(self, options: BrokerOptions, *, patience_ms: int) -> None:
        self._config = options.producer(patience_ms=patience_ms)
        self._producer = producer(self._config)
        self._renewing = threading.Lock()
        self._leaving = threading.Event()
        self._progressed = time.monotonic()
        self._thread = threading.Thread(target=self._hear, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, timeout: float = 5.0) -> int:
        """Waits up to `timeout` seconds for what is on its way; returns how many records were not sent."""
        left = self._flushed(timeout)
        self._leaving.set()
        self._thread.join(timeout)
        return left

    @property
    def stuck_for(self) -> float:
        """Seconds in which the broker took nothing, while something waited for it; about 0 otherwise."""
        return time.monotonic() - self._progressed

    @property
    def waiting(self) -> int:
        """Records that the broker has not acknowledged yet. Any thread."""
        return len(self._producer)

    def publish(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        *,
        headers: Headers | None = None,
        on_ack: Callable[[Ack], None] | None = None,
    ) -> None:
        """`on_ack` runs on the publisher's thread: it has to be quick, and must not block.

        An AckOrRefusal hears of a record too large for the broker. Raises PublisherFullError at the bound
        (100,000 records or 128 MiB wait for the broker), RecordTooLargeError for one beyond our own.
        """
        current = self._producer
        try:
            current.produce(topic, value, key, headers=headers or [], on_delivery=self._heard(on_ack))
        except BufferError as error:
            raise PublisherFullError("too many records wait for Kafka") from error
        except KafkaException as error:
            raise self._failed(current, error.args[0]) from error

    def _flushed(self, timeout: float) -> int:
        current = self._producer
        try:
            return current.flush(timeout)
        except KafkaException as error:
            logger.warning("what waited for Kafka was given up: %s", error)
            return len(current)

    def _failed(self, failing: Producer, error: KafkaError) -> BrokerError:
        if not _is_fatal(error):
            return translated(error)
        self._renew(failing, error)
        return BrokerUnavailableError(f"the producer was renewed after {error.str()}")

    def _renew(self, dead: Producer, reason: KafkaError) -> None:
        # An idempotent producer that lost track of its sequence can only be replaced. What it held is given
        # up, as after `patience_ms`. Several threads meet its end at once: the first one replaces it.
        with self._renewing:
            if self._producer is dead:
                logger.warning("renewing the producer: %s", reason.str())
                self._producer = producer(self._config)

    def _hear(self) -> None:
        while not self._leaving.is_set():
            try:
                self._poll(self._producer)
            except Exception:
                # Without this thread no acknowledgement is heard, and every record stays marked.
                logger.exception("the publisher goes on after an error")
                self._leaving.wait(1)

    def _poll(self, current: Producer) -> None:
        try:
            current.poll(0.1)
        except KafkaException as error:
            logger.warning("%s", self._failed(current, error.args[0]))
        if not len(current):
            self._progressed = time.monotonic()

    def _heard(self, on_ack: Callable[[Ack], None] | None) -> Callable[[KafkaError | None, Message], None]:
        def deliver(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                _refused(error, message, on_ack)
                return
            self._progressed = time.monotonic()
            if on_ack is not None:
                _call(lambda: on_ack(Ack(message.partition() or 0, message.offset() or 0)))

        return deliver


def _is_fatal(error: KafkaError) -> bool:
    # What produce() and poll() raise has the code, but not the flag.
    return error.fatal() or error.code() == KafkaError._FATAL


def _refused(error: KafkaError, message: Message, on_ack: Callable[[Ack], None] | None) -> None:
    logger.warning("a record for %s was not sent: %s", message.topic(), error.str())
    if isinstance(on_ack, AckOrRefusal) and isinstance(translated(error), RecordTooLargeError):
        _call(on_ack.on_refused)


def _call(hear: Callable[[], None]) -> None:
    try:
        hear()
    except Exception:
        logger.exception("whoever waited to hear of a record failed")
