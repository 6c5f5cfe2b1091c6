"""A loop that says the words of many answers at their pace: a task for each that sleeps and produces."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import uvloop
from confluent_kafka import Producer

from tests.bench.baselines.bare_records import PRODUCER

HEADERS = {"type": b"reply.delta", "conversation": b"x" * 36, "attempt": b"1"}


async def main(plan: dict[str, Any]) -> None:
    """`answers` at once, `words` each, `rate` words a second, in records of `delta` bytes."""
    producer = Producer({"bootstrap.servers": plan["bootstrap"], **PRODUCER})
    producer.list_topics(plan["topic"], timeout=10)
    start, used = time.monotonic(), time.process_time()
    hearing = asyncio.create_task(hear(producer))
    await asyncio.gather(*[answer(producer, plan, number) for number in range(plan["answers"])])
    hearing.cancel()
    assert producer.flush(60) == 0, "the broker does not take what was produced"
    took, used = time.monotonic() - start, time.process_time() - used
    sys.stdout.write(json.dumps({"seconds": took, "cpu_seconds": used}))


async def hear(producer: Producer) -> None:
    while True:
        producer.poll(0)
        await asyncio.sleep(0.01)


async def answer(producer: Producer, plan: dict[str, Any], number: int) -> None:
    clock = asyncio.get_running_loop()
    # As those of a worker, they do not all begin at the same moment.
    start = clock.time() + number / plan["answers"]
    key = b"%d" % number
    headers: dict[str, str | bytes | None] = {**HEADERS, "message": b"%036d" % number}
    for word in range(plan["words"]):
        await asyncio.sleep(max(0.0, start + word / plan["rate"] - clock.time()))
        value = (b'{"text":" w%d"}' % word).ljust(plan["delta"])
        producer.produce(plan["topic"], value, key, headers=headers)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    os.sched_setaffinity(0, {told["core"]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(told))
