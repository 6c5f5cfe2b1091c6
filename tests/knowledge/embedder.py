"""A small server that speaks as OpenAI's embeddings do, and makes the same vector of the same text."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zlib import crc32

DIMENSIONS = 64
MEANS = {"vessel": "ferry", "boat": "ferry", "youngsters": "children", "kids": "children"}
"""Words that mean the same to it."""
MEANT = "May youngsters take the vessel without paying?"
"""What the documents about the ferry answer, with no word in common."""


class Embedder:
    """`refusals` are statuses that it answers with first; `answer`, if there is one, is said instead."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"http://127.0.0.1:{server.server_port}/v1"
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.refusals: list[int] = []
        self.answer: bytes | None = None
        self.dimensions = DIMENSIONS


def vector(text: str, dimensions: int) -> list[float]:
    numbers = [0.01] * dimensions
    for word in re.findall(r"\w+", text.lower()):
        numbers[crc32(MEANS.get(word, word).encode()) % dimensions] += 1.0
    return numbers


@contextmanager
def embedder() -> Iterator[Embedder]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Handler.embedder = Embedder(server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="embedder")
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Handler(BaseHTTPRequestHandler):
    embedder: Embedder

    def do_POST(self) -> None:
        found = self.embedder
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found.asked.append(body)
        found.keys.append(self.headers["Authorization"])
        data = [
            {"index": index, "embedding": vector(text, found.dimensions)}
            for index, text in enumerate(body["input"])
        ]
        content = json.dumps({"data": data[::-1]}).encode() if found.answer is None else found.answer
        self.send_response(found.refusals.pop(0) if found.refusals else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass
