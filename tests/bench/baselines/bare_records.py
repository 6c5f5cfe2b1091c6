"""A loop that produces the records of answers, as many and as long as those of a worker, and nothing else."""

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from confluent_kafka import Producer

from tests.bench.event import HEADERS

PRODUCER = {
    "enable.idempotence": True,
    "linger.ms": 1,
    "partitioner": "murmur2_random",
    "queue.buffering.max.messages": 1_000_000,
}
TICK = 0.005
FLUSH_SECONDS = 60


def main(plan: dict[str, Any]) -> None:
    """`answers` of one `started`, `deltas` and one `finished`, each of so many bytes; `rate`: records/s."""
    os.sched_setaffinity(0, {plan["core"]})
    producer = Producer({"bootstrap.servers": plan["bootstrap"], **PRODUCER})
    producer.list_topics(plan["topic"], timeout=10)
    start, used = time.monotonic(), time.process_time()
    made = produce(producer, plan, start)
    assert producer.flush(FLUSH_SECONDS) == 0, "the broker does not take what was produced"
    took, used = time.monotonic() - start, time.process_time() - used
    sys.stdout.write(json.dumps({"seconds": took, "cpu_seconds": used, "records": made}))


def produce(producer: Producer, plan: dict[str, Any], start: float) -> int:
    made = 0
    for key, value in records(plan):
        producer.produce(plan["topic"], value, key, headers=HEADERS)
        made += 1
        if plan["rate"] and made >= (time.monotonic() - start) * plan["rate"]:
            producer.poll(0)
            time.sleep(TICK)
    return made


def records(plan: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    sizes = [plan["started"], *[plan["delta"]] * plan["deltas"], plan["finished"]]
    values = [b"x" * size for size in sizes]
    for value in values:
        for answer in range(plan["answers"]):
            yield b"%d" % answer, value


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
