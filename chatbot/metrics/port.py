import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST

from chatbot.metrics.view import may_read

logger = logging.getLogger(__name__)
PATIENCE = 5.0
MOST = 8


class MetricsPortError(Exception):
    """Nobody can be told anything at that address; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    address: str
    port: int

    @property
    def is_open(self) -> bool:
        return self.port != 0


class MetricsPort:
    """Answers `GET /metrics` at an address of its own, on a thread of its own, from `start` to `stop`.

    Eight at a time are answered, each within 5 s; whoever comes beyond that is turned away. With a
    METRICS_TOKEN they have to know it.
    """

    def __init__(self, place: Place, text: Callable[[], bytes]) -> None:
        self._place = place.address, place.port
        self._text = text

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Raises MetricsPortError."""
        try:
            self._server = _Server(self._place, _handler(self._text))
        except (OSError, OverflowError) as error:
            raise MetricsPortError(
                f"Metrics can't be served at {self._place[0]}:{self._place[1]}: {error}. Give each worker "
                "of a machine a port of its own (--metrics-port, or WORKER_METRICS_PORT), or 0 for none."
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[0.1], name="metrics", daemon=True
        )
        self._thread.start()
        logger.info("metrics are at http://%s:%s/metrics", *self._server.server_address[:2])

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, place: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self._room = threading.BoundedSemaphore(MOST)
        super().__init__(place, handler)

    def verify_request(self, request: object, client_address: object) -> bool:
        return self._room.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        logger.info("a reader of the metrics went early", exc_info=True)


def _handler(text: Callable[[], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
            elif not may_read(_bearer(self.headers.get("Authorization", ""))):
                self.send_error(HTTPStatus.UNAUTHORIZED)
            else:
                self._answer(text())

        def _answer(self, body: bytes) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object, **more: object) -> None:
            """Nothing: every scrape would be a line."""

    return Handler


def _bearer(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
