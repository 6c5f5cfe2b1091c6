"""The web process's address: free before the start, ready after it."""

import socket
import urllib.error
import urllib.request

from chatbot.local.failure import CannotRunError

HOST = "127.0.0.1"


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not count
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotRunError(
                f"Port {port} can't be used ({error.strerror}): stop what listens there, "
                f"or take another one: `make run PORT={port + 1000}` or `--port {port + 1000}`."
            ) from error


def is_ready(port: int) -> bool:
    """Whether /readyz says 200; waits 2 s for its answer."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
