"""The bad network of the tests is as bad as it says."""

import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.faults.wire import Wire


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that gives back what it gets, a connection after the other; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        thread = Thread(target=serve, args=[server], name="echo")
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def serve(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            while piece := received(connection):
                connection.sendall(piece)


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(100)
    except OSError:
        return b""


@pytest.fixture
def wire(echo: int) -> Iterator[Wire]:
    with Wire(("127.0.0.1", echo)) as wire:
        yield wire


@pytest.fixture
def client(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as client:
        yield client


def answer(client: socket.socket) -> bytes:
    client.sendall(b"Hello")
    return received(client)


def test_it_passes_what_it_gets(client: socket.socket) -> None:
    assert answer(client) == b"Hello"


def test_it_delays(client: socket.socket, wire: Wire) -> None:
    wire.delay = 0.2

    begun = time.monotonic()

    assert answer(client) == b"Hello"
    assert time.monotonic() - begun >= 0.4


def test_what_it_held_up_goes_on_later(client: socket.socket, wire: Wire) -> None:
    answer(client)
    wire.stall()
    client.settimeout(0.3)
    nothing = answer(client)

    wire.mend()
    client.settimeout(5)

    assert nothing == b""
    assert received(client) == b"Hello"


def test_it_cuts_what_is_there_and_serves_what_comes(client: socket.socket, wire: Wire) -> None:
    answer(client)
    wire.cut()

    assert received(client) == b""
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as other:
        assert answer(other) == b"Hello"


def test_it_refuses_until_it_is_mended(client: socket.socket, wire: Wire) -> None:
    answer(client)
    wire.refuse()
    cut = received(client)
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as refused:
        nothing = received(refused)
    wire.mend()

    assert (cut, nothing) == (b"", b"")
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as other:
        assert answer(other) == b"Hello"
