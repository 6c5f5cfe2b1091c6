"""The way out to a client, with the server's side of it played."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from streaming.archive import Archive
from streaming.broker.log_reader import LogReader
from streaming.feed import Feed
from streaming.hub import Hub
from streaming.outlet import Outlet
from streaming.position import Position
from streaming.tail import Tail
from tests.streaming.records import record

pytestmark = pytest.mark.anyio


class Transport(asyncio.Transport):
    """Like uvloop's, it raises whatever it is asked once it has closed."""

    def __init__(self) -> None:
        super().__init__()
        self.has_closed = False
        self.written: list[bytes] = []

    def is_closing(self) -> bool:
        return self.has_closed

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._refuse_if_closed()
        self.written.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._refuse_if_closed()

    def _refuse_if_closed(self) -> None:
        if self.has_closed:
            raise RuntimeError("the handler is closed")


class Flow:
    write_paused = False


class Served:
    """What a server keeps of one request."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.transport = Transport()
        self.chunked_encoding = True
        self.disconnected = False
        self.response_complete = False

    async def send(self, message: Mapping[str, Any]) -> None:
        self.transport.write(message["body"])


@pytest.fixture
def served() -> Served:
    return Served()


async def test_a_chunk_is_written_there_and_then(served: Served) -> None:
    await Outlet(served.send).send(b"one")

    assert served.transport.written == [b"3\r\none\r\n"]


async def test_an_empty_chunk_would_end_the_body_and_is_not_written(served: Served) -> None:
    await Outlet(served.send).send(b"")

    assert served.transport.written == []


async def test_what_is_not_sent_in_chunks_goes_by_the_server(served: Served) -> None:
    served.chunked_encoding = False

    await Outlet(served.send).send(b"one")

    assert served.transport.written == [b"one"]


async def test_a_client_that_goes_before_the_first_chunk_is_no_error(served: Served) -> None:
    served.transport.has_closed = True

    await Outlet(served.send).send(b"one")

    assert served.transport.written == []


async def test_a_client_that_goes_after_it_is_no_error(served: Served) -> None:
    outlet = Outlet(served.send)
    served.transport.has_closed = True

    await outlet.send(b"one")

    assert not outlet.is_ready


async def test_a_client_that_goes_just_before_it_is_cut_off_is_no_error(served: Served) -> None:
    outlet = Outlet(served.send)
    served.disconnected = True

    outlet.abort()

    assert not outlet.is_ready


async def test_what_could_not_be_written_is_not_said_to_have_been(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    hub.begin("e", {0: 0})
    tail = Tail(hub, Archive(nothing_to_read), Feed("7"), Position("e", 0, 0))
    tail.write_through(Outlet(served.send))
    step = asyncio.create_task(anext(tail.steps()))
    await asyncio.sleep(0)
    monkeypatch.setattr(served.transport, "write", fail)

    hub.deliver([record(0)])

    assert (await step).position == Position("e", 0, 0)


def nothing_to_read() -> LogReader:
    raise AssertionError("the archive is not needed")


def fail(data: bytes) -> None:
    raise RuntimeError("the client has gone")
