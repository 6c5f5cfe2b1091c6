"""The way into the service, as a client has it: one web process, and another one when that is dead."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import httpx

PATIENCE = 5.0  # seconds for an answer: one who waits for a stopped process goes elsewhere
PAUSE = (0.05, 1.0)
TROUBLE = (httpx.HTTPError, OSError, EOFError)  # goes by; a refusal does not


class RefusedError(Exception):
    """The service will never do what was asked: no client of ours asks for that."""


class AwayError(OSError):
    """Whoever answered can't serve this now."""


class Door:
    """For one client. What it raises is of TROUBLE, or a `RefusedError`."""

    def __init__(self, http: httpx.AsyncClient, urls: Sequence[str], token: str, *, home: int = 0) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self._http = http
        self._urls = urls
        self._at = home

    @property
    def url(self) -> str:
        return self._urls[self._at % len(self._urls)]

    async def elsewhere(self) -> None:
        """The next one, after a pause."""
        self._at += 1
        await asyncio.sleep(random.uniform(*PAUSE))

    async def ask(self, method: str, path: str, *, patience: float = PATIENCE, **request: Any) -> Any:
        answer = await self._http.request(
            method, f"{self.url}{path}", headers=self.headers, timeout=patience, **request
        )
        check(answer.status_code, f"{method} {path}")
        return answer.json()

    async def history(self, conversation: str) -> dict[str, Any]:
        path = f"/api/conversations/{conversation}/messages"
        read: dict[str, Any] = await self.ask("GET", path, params={"limit": 200})
        return read


def check(status: int, what: str) -> None:
    if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
        raise AwayError(f"{what} was answered {status}")
    if status >= 300:
        raise RefusedError(f"{what} was answered {status}")
