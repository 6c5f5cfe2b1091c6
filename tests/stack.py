"""The service as it is run for real: web processes and workers, each a process of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from chatbot.local.process import Process
from tests.brokers import Broker
from tests.console import Console
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.waiting import wait_until

HOST = "127.0.0.1"
COMMAND_SECONDS = 60
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
UVICORN = ("uvicorn", "chatbot.asgi:application", "--host", HOST, "--timeout-graceful-shutdown", "4")


class Stack:
    """Starts with one web process and one worker, on topics of its own; logs are in `folder`.

    `stop` kills what does not end within 10 s. `environ` is changed before the start of what is to see it.
    """

    def __init__(self, folder: Path, broker: Broker, database_url: str) -> None:
        self.folder = folder
        self.broker = broker
        self.environ: dict[str, str] = {
            **os.environ,
            **broker.environ,
            "DATABASE_URL": database_url,
            "TOPIC_PREFIX": f"test-{uuid4().hex[:8]}.",
            "WORKER_DRAIN_SECONDS": "2",
        }
        self.webs: list[Web] = []
        self.workers: list[Process] = []
        self._tokens: dict[str, str] = {}
        self._console: Console | None = None

    def __enter__(self) -> Self:
        try:
            self.manage("preparetopics")
            self.add_web()
            self.add_worker()
            self.webs[0].wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        return self.webs[0].base_url

    def manage(self, *arguments: str) -> str:
        """What the management command prints; its failure raises with what it said."""
        done = self._console_now().run(arguments, within=COMMAND_SECONDS)
        assert done.status == 0, done.stderr
        return done.stdout

    def token(self, username: str) -> str:
        """A bearer token of that user, who is made if need be; the same one each time."""
        if username not in self._tokens:
            self._tokens[username] = self.manage("createtoken", username, "--create-user").strip()
        return self._tokens[username]

    def add_web(self) -> "Web":
        """Started, and perhaps not ready yet."""
        web = Web(self.environ, self.folder / f"web-{len(self.webs)}.log")
        self.webs.append(web)
        web.process.start()
        return web

    def add_worker(self) -> Process:
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = Process([sys.executable, "manage.py", "runbot"], environ=self.environ, log=log)
        self.workers.append(worker)
        worker.start()
        return worker

    def stop(self) -> None:
        """All of them, in any state; may be called twice."""
        processes = [*self.workers, *(web.process for web in self.webs)]
        for process in processes:
            process.ask()
        for process in processes:
            process.stop(STOP_SECONDS)
        self._end_console()

    def _console_now(self) -> Console:
        """Of the environment as it is now."""
        if self._console is None or self._console.environ != self.environ:
            self._end_console()
            self._console = Console(self.environ)
        return self._console

    def _end_console(self) -> None:
        if self._console is not None:
            self._console.stop()
            self._console = None


class Web:
    """One web process, on a port of its own; `process` can be killed and started again on that port."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        port = free_port()
        self.log = log
        self.base_url = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", *UVICORN, "--port", str(port)]
        self.process = Process(command, environ=environ, log=log)

    def wait_ready(self) -> None:
        wait_until(self._is_ready, READY_SECONDS, what=f"{self.base_url}/readyz says 200 (log: {self.log})")

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            return httpx.get(f"{self.base_url}/readyz", timeout=2, verify=NO_TLS).status_code == 200
        except httpx.TransportError:
            return False
