"""The baseline of a first token: a record to another process, and one back."""

import threading
import time
from uuid import uuid4

from confluent_kafka import Consumer, Producer

from tests.bench.bare import start
from tests.bench.baselines.bare_echo import CONSUMER, PRODUCER, assign
from tests.bench.bed import Bed


def roundtrips(bed: Bed, prefix: str, *, rate: float, seconds: float) -> list[int]:
    """How long each took, in microseconds."""
    there, back = f"{prefix}incoming-messages", f"{prefix}bot-responses"
    wait = 10 if bed.broker.epoch else 500
    program = start(bed, "bare_echo", {"from": there, "to": back, "wait": wait})
    assert program.stdout is not None, "it says when it is ready"
    program.stdout.readline()
    producer = Producer({"bootstrap.servers": bed.broker.bootstrap_servers, **PRODUCER})
    consumer = Consumer(
        {"bootstrap.servers": bed.broker.bootstrap_servers, **CONSUMER, "fetch.wait.max.ms": wait}
    )
    assign(consumer, back)
    sending = threading.Thread(target=_send, args=[producer, there, rate, seconds])
    sending.start()
    try:
        return _heard(consumer, int(rate * seconds))
    finally:
        sending.join()
        consumer.close()
        program.kill()
        program.communicate()


def _send(producer: Producer, topic: str, rate: float, seconds: float) -> None:
    start = time.monotonic()
    for turn in range(int(rate * seconds)):
        time.sleep(max(0.0, start + turn / rate - time.monotonic()))
        producer.produce(topic, b"%d" % time.monotonic_ns(), uuid4().bytes)
        producer.poll(0)
    producer.flush(10)


def _heard(consumer: Consumer, number: int) -> list[int]:
    took: list[int] = []
    while len(took) < number:
        message = consumer.poll(10)
        assert message is not None, f"{number - len(took)} records did not come back"
        if message.error() is None:
            took.append((time.monotonic_ns() - int(message.value() or b"0")) // 1000)
    return took
