"""The publisher's thread outlives whatever goes wrong in its producer and in its callers."""

import ctypes
import uuid
from contextlib import suppress
from pathlib import Path

import confluent_kafka
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from streaming.broker.errors import BrokerUnavailableError
from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, AckOrRefusal, Publisher
from tests.streaming.written import Broker, Written
from tests.waiting import wait_until

AFTER_OBJECT_HEAD = 16
OUT_OF_ORDER = 45


def break_producer(publisher: Publisher) -> None:
    """The fatal error of an idempotent producer that lost track, forced by librdkafka's own test hook."""
    libraries = Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
    librdkafka = ctypes.CDLL(str(next(libraries.glob("librdkafka*"))))
    handle = ctypes.c_void_p.from_address(id(publisher._producer) + AFTER_OBJECT_HEAD)
    librdkafka.rd_kafka_test_fatal_error(handle, OUT_OF_ORDER, b"test")


def is_told(written: Written) -> bool:
    acks: list[Ack] = []
    with suppress(BrokerUnavailableError):
        written.publisher.publish(written.topic, b"7", b"", on_ack=acks.append)
        wait_until(lambda: acks, 2, what="an acknowledgement")
    return bool(acks)


def test_a_producer_that_met_a_fatal_error_is_renewed_by_the_next_record(written: Written) -> None:
    written.write("before")
    broken = written.publisher._producer

    break_producer(written.publisher)

    wait_until(lambda: is_told(written), what="a record from a new producer")
    assert written.publisher._producer is not broken


def test_a_producer_that_met_a_fatal_error_is_renewed_while_nobody_publishes(written: Written) -> None:
    broken = written.publisher._producer

    break_producer(written.publisher)

    wait_until(lambda: written.publisher._producer is not broken, what="a new producer")
    assert is_told(written)


def test_a_callback_that_fails_costs_only_itself(written: Written) -> None:
    def fail(ack: Ack) -> None:
        raise RuntimeError

    written.publisher.publish(written.topic, b"7", b"", on_ack=fail)

    assert is_told(written)


def test_a_record_too_large_for_the_broker_is_told_and_may_be_replaced(real_kafka: Broker) -> None:
    options = BrokerOptions({"bootstrap.servers": real_kafka.bootstrap_servers})
    topic = f"small-{uuid.uuid4()}"
    config = {"max.message.bytes": "100000"}
    admin = AdminClient({**options.common})
    admin.create_topics([NewTopic(topic, 1, config=config)])[topic].result(20)
    publisher = Publisher(options, patience_ms=0)
    publisher.start()
    acks: list[Ack] = []

    def replace() -> None:
        publisher.publish(topic, b"7", b"slim", on_ack=acks.append)

    publisher.publish(topic, b"7", b"x" * 200_000, on_ack=AckOrRefusal(acks.append, replace))

    wait_until(lambda: acks, 20, what="the acknowledgement of the slim record")
    publisher.stop()
    assert acks == [Ack(0, 0)]
