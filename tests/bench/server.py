import os
import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from chatbot.local.process import Process
from tests.bench.contestant import HOST, Contestant
from tests.bench.cores import cpu_seconds, status
from tests.no_tls import NO_TLS
from tests.waiting import wait_until

# Below the ports that the kernel gives to clients: thousands of them that try to reach a port where nobody
# listens would now and then get that very port as their own, and be connected to themselves.
PORTS = range(20_000, 32_000)
READY_SECONDS = 60.0


class Server:
    """One contestant at work on the server's core, with its log in `folder`."""

    def __init__(self, contestant: Contestant, core: int, environ: Mapping[str, str], folder: Path) -> None:
        self.port = unused_port()
        self.log = folder / f"{contestant.name}-{self.port}.log"
        self._core = core
        self._process = Process(contestant.on(self.port), environ=environ, log=self.log)

    def __enter__(self) -> Self:
        self.start()
        wait_until(self._is_ready, READY_SECONDS, what=f"the server is ready (log: {self.log})")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """On its port, the same each time; what it starts stays on its core too."""
        self._process.start()
        os.sched_setaffinity(self._process.pid, {self._core})

    def kill(self) -> None:
        self._process.kill()

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(pid) for pid in self._family())

    def memory_kb(self) -> int:
        return sum(status(pid, "VmRSS") for pid in self._family())

    def threads(self) -> int:
        """Of the process that serves."""
        return max(status(pid, "Threads") for pid in self._family())

    def _family(self) -> list[int]:
        family = [self._process.pid]
        for pid in family:
            for task in Path(f"/proc/{pid}/task").iterdir():
                with suppress(FileNotFoundError):  # a thread that has ended meanwhile
                    family += [int(child) for child in (task / "children").read_text().split()]
        return family

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()[-2000:]
        try:
            return httpx.get(f"http://{HOST}:{self.port}/readyz", timeout=2, verify=NO_TLS).status_code == 200
        except httpx.TransportError:
            return False


def unused_port() -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) != 0:
                return port
