"""Reads one topic and writes to another what it reads, as soon as both can: the least that lies between a
question and the first word of its answer. Until it is killed.
"""

import json
import os
import sys
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

PRODUCER = {"enable.idempotence": True, "linger.ms": 0, "partitioner": "murmur2_random"}
CONSUMER = {"group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "error"}


def main(plan: dict[str, Any]) -> None:
    os.sched_setaffinity(0, {plan["core"]})
    producer = Producer({"bootstrap.servers": plan["bootstrap"], **PRODUCER})
    consumer = Consumer(
        {"bootstrap.servers": plan["bootstrap"], **CONSUMER, "fetch.wait.max.ms": plan["wait"]}
    )
    assign(consumer, plan["from"])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            producer.produce(plan["to"], message.value(), message.key())
        producer.poll(0)


def assign(consumer: Consumer, topic: str) -> None:
    """All of its partitions, each from its end."""
    places = [
        TopicPartition(topic, one) for one in consumer.list_topics(topic, timeout=10).topics[topic].partitions
    ]
    for place in places:
        place.offset = consumer.get_watermark_offsets(place, timeout=10)[1]
    consumer.assign(places)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
