"""A server that speaks OpenAI's protocol, on real HTTP: streams, stalls, refuses and breaks off as told."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

import uvicorn
from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Scope,
)

from tests.waiting import wait_until

MODEL = "small-2026"
TOKENS = {"prompt_tokens": 40, "completion_tokens": 7, "total_tokens": 47}


@dataclass(frozen=True)
class Refusal:
    """No stream at all, but an error as the protocol has it, or whatever else the `body` is."""

    status: int
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "The key sk-4711 is wrong, and so is the question about pigeons."
    body: str = ""


@dataclass(frozen=True)
class Stream:
    """Chunks, each with a `type` as an event of that; then the end, unless it `stalls` or is cut."""

    chunks: tuple[Any, ...]
    stalls: bool = False
    is_cut: bool = False
    ends: bool = True


def says(*pieces: str, finish: str | None = "stop", usage: dict[str, int] | None = TOKENS) -> Stream:
    """Text, and how it ends."""
    return Stream((*map(piece, pieces), chunk({}, finish), *told(usage)))


def stalls(*pieces: str) -> Stream:
    """Text, and then nothing for ever."""
    return Stream(tuple(map(piece, pieces)), stalls=True)


def breaks_off(*pieces: str) -> Stream:
    """Text, and then the connection is gone."""
    return Stream(tuple(map(piece, pieces)), is_cut=True)


def peters_out(*pieces: str) -> Stream:
    """Text, and then an end without a reason, though a proper one for HTTP."""
    return Stream(tuple(map(piece, pieces)), ends=False)


def fails_in_stream(*pieces: str, message: str) -> Stream:
    """Text, and then an error where the next chunk would be."""
    return Stream(
        (*map(piece, pieces), {"error": {"message": message, "type": "server_error", "code": None}})
    )


def calls(name: str, arguments: str, *, before: str = "") -> Stream:
    """A call of a tool, its arguments in two pieces, perhaps after some words."""
    half = len(arguments) // 2
    function = {"name": name, "arguments": arguments[:half]}
    begin = {"index": 0, "id": f"call-{name}", "type": "function", "function": function}
    end = {"index": 0, "function": {"arguments": arguments[half:]}}
    parts = [chunk({"tool_calls": [begin]}), chunk({"tool_calls": [end]}), chunk({}, "tool_calls")]
    return Stream((*([piece(before)] if before else []), *parts, *told(TOKENS)))


def piece(text: str) -> dict[str, Any]:
    return chunk({"role": "assistant", "content": text})


def thinks(*thoughts: str, then: Stream) -> Stream:
    """What comes before the text of models that reason, as most servers name it."""
    return replace(then, chunks=(*(chunk({"reasoning_content": each}) for each in thoughts), *then.chunks))


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return _chunk([{"index": 0, "delta": delta, "finish_reason": finish}])


def told(usage: dict[str, int] | None) -> list[dict[str, Any]]:
    return [] if usage is None else [{**_chunk([]), "usage": usage}]


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    frame = {"id": "c-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": MODEL}
    return {**frame, "choices": choices}


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["messages"]
        return found

    @property
    def is_for_a_title(self) -> bool:
        return str(self.body.get("messages", [{}])[0].get("content")).startswith("You name conversations.")

    @property
    def roles(self) -> list[str]:
        return [message["role"] for message in self.messages]


class Provider:
    """Answers each request with the next of what it was told, in a thread of its own.

    `hung_up` counts the streams whose reader went before their end. Requests for titles are apart from
    all that: they come when nobody waits for them.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.asked_for_titles: list[Asked] = []
        self.title: Refusal | Stream = says("A title")
        self.hung_up = 0
        self._next: deque[Refusal | Stream] = deque()
        quiet: dict[str, Any] = {"log_config": None, "log_level": "critical", "lifespan": "off", "ws": "none"}
        config = uvicorn.Config(self._serve, port=0, loop="asyncio", interface="asgi3", **quiet)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="provider")

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started, what="the provider listens")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)

    @property
    def base_url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"

    def will(self, *answers: Refusal | Stream) -> None:
        """Forgets what was before."""
        self.asked.clear()
        self.asked_for_titles.clear()
        self.title = says("A title")
        self.hung_up = 0
        self._next = deque(answers)

    async def _serve(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = self._answer(Asked(scope["path"], headers, json.loads(await _body(receive))))
        if isinstance(answer, Refusal):
            await _refuse(answer, send)
        else:
            await self._stream(answer, receive, send)

    def _answer(self, asked: Asked) -> Refusal | Stream:
        if asked.is_for_a_title:
            self.asked_for_titles.append(asked)
            return self.title
        self.asked.append(asked)
        return self._next.popleft()

    async def _stream(self, answer: Stream, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send(_head(200, {"content-type": "text/event-stream"}))
        for event in frames(answer):
            await send(_part(event, more=True))
            await asyncio.sleep(0.001)
        if answer.stalls:
            await receive()  # nothing but that the reader went
            self.hung_up += 1
        elif not answer.is_cut:
            await send(_part(b"", more=False))


def frames(answer: Stream) -> Iterator[bytes]:
    for each in answer.chunks:
        name = f"event: {each['type']}\n" if isinstance(each, dict) and "type" in each else ""
        yield f"{name}data: {json.dumps(each)}\n\n".encode()
    if answer.ends and not answer.stalls and not answer.is_cut:
        yield b"data: [DONE]\n\n"


async def _body(receive: ASGIReceiveCallable) -> bytes:
    body, more = b"", True
    while more:
        event = await receive()
        assert event["type"] == "http.request"
        body, more = body + event["body"], event["more_body"]
    return body


async def _refuse(refusal: Refusal, send: ASGISendCallable) -> None:
    error = {"message": refusal.message, "type": "error", "code": refusal.code or None}
    await send(_head(refusal.status, {"content-type": "application/json", **refusal.headers}))
    await send(_part((refusal.body or json.dumps({"error": error})).encode(), more=False))


def _head(status: int, headers: dict[str, str]) -> HTTPResponseStartEvent:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs, "trailers": False}


def _part(body: bytes, *, more: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": body, "more_body": more}
