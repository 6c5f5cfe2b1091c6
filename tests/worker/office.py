"""Who hears which answers to stop, and what they are told."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from uuid import UUID, uuid4

from chatbot.worker.records.control import Control
from streaming.broker.errors import BrokerError
from streaming.broker.log_reader import LogReader
from streaming.broker.murmur2 import partition_of
from streaming.broker.options import BrokerOptions
from streaming.broker.topics import Topics
from streaming.record import Record
from tests.streaming.written import Written
from tests.waiting import wait_until


class Office:
    """Keeps what it hears; graves are dug while `is_open`."""

    def __init__(self) -> None:
        self.cancelled: list[UUID] = []
        self.buried: list[tuple[int, bytes | None, str]] = []
        self.refused = 0
        self.is_open = True

    def bury(self, record: Record, _topic: str, reason: str) -> Future[bool]:
        if self.is_open:
            self.buried.append((record.offset, record.value, reason))
        else:
            self.refused += 1
        kept: Future[bool] = Future()
        kept.set_result(self.is_open)
        return kept


@contextmanager
def listening(office: Office, options: BrokerOptions, topics: Topics, topic: str) -> Iterator[Control]:
    def open_reader() -> LogReader:
        return LogReader(options, topic)

    thread = Control(open_reader, topics, cancel=office.cancelled.append, bury=office.bury)
    thread.start()
    yield thread
    thread.stop()


def call_off(written: Written, *channels: str) -> list[UUID]:
    replies = [uuid4() for _ in channels]
    for reply, channel in zip(replies, channels, strict=True):
        written.write(json.dumps({"cancel": str(reply)}), channel=channel)
    return replies


def partitions(written: Written) -> int:
    """0 while a topic that was only just made is not known everywhere."""
    try:
        return written.partitions
    except BrokerError:
        return 0


def one_for_each_partition(written: Written) -> list[str]:
    names = [str(number) for number in range(1000)]
    count = wait_until(lambda: partitions(written), what="the topic")
    return [next(n for n in names if partition_of(n.encode(), count) == part) for part in range(count)]


def rounds(office: Office, written: Written) -> Callable[[], bool]:
    """Whether what was called off the last time was heard in every partition; calls off some more if not."""
    channels = one_for_each_partition(written)
    last = call_off(written, *channels)

    def has_heard() -> bool:
        nonlocal last
        before, last = last, call_off(written, *channels)
        return set(before) <= set(office.cancelled)

    return has_heard


def has(office: Office, replies: list[UUID]) -> Callable[[], bool]:
    return lambda: set(replies) <= set(office.cancelled)
