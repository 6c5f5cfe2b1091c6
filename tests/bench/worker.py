import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from chatbot.local.process import Process
from tests.bench.cores import cpu_seconds, status


class Worker:
    """`runbot` as it is run for real, on the server's core, with its log in `folder`."""

    def __init__(self, environ: Mapping[str, str], core: int, folder: Path) -> None:
        self.log = folder / "worker.log"
        self._core = core
        self._process = Process([sys.executable, "manage.py", "runbot"], environ=environ, log=self.log)

    def __enter__(self) -> Self:
        self._process.start()
        os.sched_setaffinity(self._process.pid, {self._core})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()

    def check(self) -> None:
        """Raises AssertionError, with the end of its log, when it has ended."""
        assert self._process.poll() is None, self.log.read_text()[-2000:]

    def cpu_seconds(self) -> float:
        return cpu_seconds(self._process.pid)

    def memory_mb(self) -> float:
        return status(self._process.pid, "VmRSS") / 1024

    def threads(self) -> int:
        return status(self._process.pid, "Threads")
