"""A subprocess that one owner starts, waits for and stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tether.py")
PAUSE = 0.02


def undisturbed() -> None:
    """The check of a wait that nothing cuts short."""


class Process:
    """A command in a session of its own: signals of the terminal do not reach it, only ours do.

    Start it from a thread that lives as long as the process should: on Linux the kernel sends it `ending`
    when that thread is gone. `account` is a prefix that drops privileges.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str] | None = None,
        log: Path | None = None,
        ending: signal.Signals = signal.SIGKILL,
        account: Sequence[str] = (),
    ) -> None:
        self.command = command
        self._environ = environ
        self._log = log
        self._ending = ending
        self._account = account
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Output goes to the end of `log`, or to where ours goes."""
        if self._log is None:
            self._popen = self._spawn(None)
            return
        with self._log.open("ab") as output:
            self._popen = self._spawn(output)

    @property
    def pid(self) -> int:
        return self._started.pid

    def poll(self) -> int | None:
        """The exit status once it has ended, as a shell counts: 128 + n for signal n."""
        code = self._started.poll()
        return code if code is None or code >= 0 else 128 - code

    def wait(self, seconds: float, *, check: Callable[[], None] = undisturbed) -> int | None:
        """The exit status, or None after `seconds`. What `check` raises passes; the process runs on."""
        deadline = time.monotonic() + seconds
        while (status := self.poll()) is None and time.monotonic() < deadline:
            check()
            time.sleep(PAUSE)
        return status

    def ask(self, asking: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal, unless it has ended."""
        self._started.send_signal(asking)

    def stop(self, seconds: float, *, check: Callable[[], None] = undisturbed) -> None:
        """Wait for the end of what was asked to end; after `seconds`, or when `check` raises, kill it."""
        try:
            self.wait(seconds, check=check)
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to it and whatever it has started in its session, and its end awaited."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._started.wait()

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._popen is None:
            raise RuntimeError("start() comes first")
        return self._popen

    def _spawn(self, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(self._ending))]
        return subprocess.Popen(  # noqa: S603 - the commands are ours
            [*self._account, *tether, *self.command],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
