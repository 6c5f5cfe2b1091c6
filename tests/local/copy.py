"""A copy of the whole service, started as a person starts it: from a shell that has nothing set."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO
from uuid import uuid4

import httpx

from tests.local.processes import processes_with
from tests.no_tls import NO_TLS
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ("PATH", "HOME", "TMPDIR", "LANG")
READY_SECONDS = 60.0
END_SECONDS = 20.0


class Copy:
    """`manage.py runlocal` on `folder`; `said` is what the terminal shows, errors included."""

    def __init__(self, folder: Path, port: int, **environ: str) -> None:
        self.folder = folder
        self.port = port
        self._environ = {name: os.environ[name] for name in KEPT if name in os.environ} | environ
        self._mark = uuid4().hex  # inherited by all that it starts
        self._environ["STARTED_BY"] = self._mark
        self._output = folder.with_name(f"{folder.name}-{port}.said")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In a process group of its own, as a shell does it; does not wait."""
        command = [
            sys.executable,
            "manage.py",
            "runlocal",
            "--port",
            str(self.port),
            "--data",
            str(self.folder),
        ]
        with self._output.open("wb") as output:
            self._process = self._spawn(command, output)

    def start_and_wait(self) -> None:
        self.start()
        self.wait_for("The chatbot is ready")

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.said or self.has_ended, READY_SECONDS, what=f"it says {words!r}")
        assert words in self.said, self.said

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def has_ended(self) -> bool:
        return self._started.poll() is not None

    def send(self, number: signal.Signals) -> None:
        """To the whole process group, as a terminal does."""
        os.killpg(self._started.pid, number)

    def status(self) -> int:
        """Of its end, which comes within 20 s."""
        return self._started.wait(END_SECONDS)

    def end(self) -> int:
        self.send(signal.SIGINT)
        return self.status()

    def give_up(self) -> None:
        """For the end of a test, however it went."""
        if not self.has_ended:
            self._started.kill()
            self._started.wait()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, verify=NO_TLS)

    def pids(self, *words: str) -> set[int]:
        """Its processes; with `words`, those of them that were started with all of these."""
        return set.intersection(*(processes_with(word) for word in (self._mark, *words)))

    def manage(self, *arguments: str) -> str:
        """What a management command prints, in a shell that has read the `env` file."""
        script = f'. {self.folder / "env"} && exec "$0" manage.py "$@"'
        command = ["sh", "-c", script, sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environ, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def noted(self, name: str) -> str:
        """A variable of the `env` file."""
        (line,) = (line for line in (self.folder / "env").read_text().splitlines() if f" {name}=" in line)
        return shlex.split(line)[1].partition("=")[2]

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "start() comes first"
        return self._process

    def _spawn(self, command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
