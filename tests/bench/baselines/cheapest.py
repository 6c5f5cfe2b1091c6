"""The cheapest loop that writes the same bytes to the same sockets: the limit of one Python process.

One thread reads the log, looks the key up, and writes. A socket that takes no more is closed; nothing is
resumed, nobody is asked to wait, and a token is looked up once in its connection's life.
"""

import os
import select
import socket
import sys
from contextlib import suppress
from hashlib import sha256
from typing import Any

import psycopg
from confluent_kafka import Consumer, Message, TopicPartition

TOPIC = f"{os.environ['TOPIC_PREFIX']}bot-responses"
KAFKA = {
    "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
    "group.id": "unused",
    "enable.auto.commit": False,
    "auto.offset.reset": "error",
    # Fetches every 5 ms, not as often as broker and client can: that would cost more than all the rest.
    "fetch.min.bytes": 1_000_000,
    "fetch.wait.max.ms": 5,
}
TOKEN = "SELECT user_id FROM conversations_apitoken WHERE digest = %s AND revoked_at IS NULL"
BATCH = 2000
HEAD = (
    b"HTTP/1.1 %b\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"
)


class Loop:
    def __init__(self, host: str, port: int) -> None:
        self._database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self._listening = socket.create_server((host, port), backlog=4096)
        self._listening.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(self._listening, select.EPOLLIN)
        self._arriving: dict[int, socket.socket] = {}
        self._readers: dict[bytes, socket.socket] = {}
        self._consumer = Consumer(KAFKA)

    def run(self) -> None:
        self._assign()
        while True:
            # While nothing comes, a new connection waits for at most 5 ms.
            first = self._consumer.poll(0.005)
            if first is not None:
                self._send([first, *self._consumer.consume(BATCH, 0)])
            for fd, _ in self._epoll.poll(0):
                self._attend(fd)

    def _assign(self) -> None:
        partitions = self._consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions
        places = [TopicPartition(TOPIC, one) for one in partitions]
        for place in places:
            place.offset = self._consumer.get_watermark_offsets(place)[1]
        self._consumer.assign(places)

    def _send(self, messages: list[Message]) -> None:
        for message in messages:
            reader = self._readers.get(message.key() or b"")
            if reader is not None:
                self._write(reader, message)

    def _write(self, reader: socket.socket, message: Any) -> None:
        place = b"0123456789ab-%d-%d" % (message.partition(), message.offset() + 1)
        frame = b"id: %b\nevent: %b\ndata: %b\n\n" % (place, message.headers()[0][1], message.value())
        chunk = b"%x\r\n%b\r\n" % (len(frame), frame)
        try:
            whole = reader.send(chunk) == len(chunk)
        except OSError:
            whole = False
        if not whole:
            del self._readers[message.key()]
            reader.close()

    def _attend(self, fd: int) -> None:
        if fd != self._listening.fileno():
            self._answer(self._arriving.pop(fd))
            return
        with suppress(BlockingIOError):
            while True:
                self._welcome(self._listening.accept()[0])

    def _welcome(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._arriving[connection.fileno()] = connection
        self._epoll.register(connection, select.EPOLLIN)

    def _answer(self, connection: socket.socket) -> None:
        self._epoll.unregister(connection)
        request = connection.recv(8192)
        if request.startswith(b"GET /readyz "):
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        secret = request.partition(b"Authorization: Bearer ")[2].partition(b"\r\n")[0]
        row = self._database.execute(TOKEN, [sha256(secret).hexdigest()]).fetchone()
        connection.send(HEAD % (b"200 OK" if row else b"401 Unauthorized"))
        if row:
            self._readers[b"%d" % row[0]] = connection


if __name__ == "__main__":
    Loop(sys.argv[1], int(sys.argv[2])).run()
