"""What a good Python developer writes by hand: sse-starlette, a Kafka thread, a queue for each connection.

Bearer tokens are looked up in PostgreSQL. A client that comes back is given what it missed by a consumer of
its own, read from its last offset; one that is too slow for its queue is sent away, and resumes.
"""

import asyncio
import os
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from psycopg_pool import AsyncConnectionPool
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

TOPIC = f"{os.environ['TOPIC_PREFIX']}bot-responses"
KAFKA = {
    "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "group.id": "unused",
    "enable.auto.commit": False,
    "auto.offset.reset": "error",
}
TOKEN = "SELECT user_id FROM conversations_apitoken WHERE digest = %s AND revoked_at IS NULL"
WAITING = 1000  # events for one connection
SCANS = asyncio.Semaphore(16)
SCAN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Event:
    key: bytes
    partition: int
    offset: int
    type: str
    data: str

    def framed(self) -> ServerSentEvent:
        return ServerSentEvent(self.data, event=self.type, id=f"{self.partition}-{self.offset}")


Queue = asyncio.Queue[Event | None]
queues: dict[bytes, set[Queue]] = defaultdict(set)
listening = threading.Event()
pool = AsyncConnectionPool(os.environ["DATABASE_URL"], min_size=2, max_size=10, open=False)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    leaving = threading.Event()
    thread = threading.Thread(target=consume, args=[asyncio.get_running_loop(), leaving], daemon=True)
    async with pool:
        thread.start()
        yield
        leaving.set()
        await asyncio.to_thread(thread.join, 2)


def consume(loop: asyncio.AbstractEventLoop, leaving: threading.Event) -> None:
    consumer = Consumer(KAFKA)
    partitions = consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions
    ends = [
        TopicPartition(TOPIC, one, consumer.get_watermark_offsets(TopicPartition(TOPIC, one))[1])
        for one in partitions
    ]
    consumer.assign(ends)
    listening.set()
    while not leaving.is_set():
        messages = consumer.consume(500, 0.01)
        events = [event_of(message) for message in messages if message.error() is None]
        if events:
            loop.call_soon_threadsafe(dispatch, events)
    consumer.close()


def event_of(message: Any) -> Event:
    kind = dict(message.headers())["type"].decode()
    return Event(message.key(), message.partition(), message.offset(), kind, message.value().decode())


def dispatch(events: list[Event]) -> None:
    for event in events:
        for queue in tuple(queues.get(event.key, ())):
            if queue.qsize() >= WAITING:
                queues[event.key].discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)


async def events(request: Request) -> Response:
    user = await user_of(request)
    if user is None:
        return PlainTextResponse("bearer token missing or wrong", status_code=401)
    return EventSourceResponse(stream(str(user).encode(), request.headers.get("last-event-id")), ping=15)


async def user_of(request: Request) -> int | None:
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    async with pool.connection() as connection:
        cursor = await connection.execute(TOKEN, [sha256(secret.encode()).hexdigest()])
        row = await cursor.fetchone()
    return row[0] if row else None


async def stream(key: bytes, last_id: str | None) -> AsyncIterator[ServerSentEvent]:
    queue: Queue = asyncio.Queue()
    queues[key].add(queue)
    sent = -1
    try:
        for event in await missed(key, last_id) if last_id else ():
            sent = event.offset
            yield event.framed()
        while (found := await queue.get()) is not None:
            if found.offset > sent:  # what the scan had, too
                yield found.framed()
    finally:
        queues[key].discard(queue)
        if not queues[key]:
            del queues[key]


async def missed(key: bytes, last_id: str) -> list[Event]:
    partition, offset = map(int, last_id.split("-"))
    async with SCANS:
        return await asyncio.to_thread(scan, key, partition, offset + 1)


def scan(key: bytes, partition: int, start: int) -> list[Event]:
    """From there to what is the end by now."""
    consumer = Consumer(KAFKA)
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, partition), timeout=SCAN_SECONDS)
        consumer.assign([TopicPartition(TOPIC, partition, start)])
        found: list[Event] = []
        while start < end:
            message = consumer.poll(SCAN_SECONDS)
            if message is None or message.error():
                break
            start = (message.offset() or 0) + 1
            if message.key() == key:
                found.append(event_of(message))
        return found
    finally:
        consumer.close()


async def ready(_: Request) -> Response:
    return PlainTextResponse("", status_code=200 if listening.is_set() else 503)


application = Starlette(
    routes=[Route("/api/events", events), Route("/readyz", ready)],
    lifespan=lifespan,
)
