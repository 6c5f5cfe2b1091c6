import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from chatbot.local.process import TETHER

from .extract import Extract, extract
from .formats import Format
from .reading import UnreadableError

logger = logging.getLogger(__name__)
SECONDS = 60.0
"""That a file may take; what takes longer is given up."""
TAKEN_WITHIN = 60.0
"""Seconds that the process may take to start, and to be handed a file."""
SMALL = 64_000
"""Bytes up to which what only our own code reads is read at once: starting a process would take longer."""
TURN = 0.5
LONGEST_ANSWER = 100_000_000
"""Bytes."""
FILES_EACH = 200
"""Files that one process reads: what a parser does not give back ends with it."""
HERE = Path(__file__).resolve().parents[3]


class ReadingRoom:
    """Reads files in a process of its own, which may hang, crash or run out of memory without harm.

    That process has no secrets in its environment, as much memory as `__main__` says, and `seconds` for a
    file. It starts when it is first needed, again after it failed, and ends with the context. One thread.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def read(
        self, path: str, kind: Format, data: bytes, *, meanwhile: Callable[[], None] = lambda: None
    ) -> Extract:
        """UnreadableError for all that is wrong with the file. `meanwhile` is called about twice a second,
        and what it raises ends the reading."""
        if len(data) > kind.largest:
            raise UnreadableError(f"is larger than {kind.largest:,} bytes: split it.")
        if kind.is_ours and len(data) <= SMALL:
            return extract(path, kind, data)
        try:
            answer = self._ask(path, data, meanwhile)
        except BaseException:
            self.close()
            raise
        if "error" in answer:
            raise UnreadableError(answer["error"])
        return Extract.of(answer)

    def close(self) -> None:
        """Ends the process, whatever it does. May be called twice, and the room be used again."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None

    def _ask(self, path: str, data: bytes, meanwhile: Callable[[], None]) -> dict[str, Any]:
        line = self._open()
        until = time.monotonic() + self._seconds
        with ended_well(len(data)), self._killed_after(TAKEN_WITHIN):
            line.send_bytes(os.fsencode(path))
            line.send_bytes(data)
        while not line.poll(max(0, min(TURN, until - time.monotonic()))):
            meanwhile()
            if time.monotonic() > until:
                raise UnreadableError(f"takes more than {self._seconds:g} seconds to read: split it.")
        with ended_well(len(data)):
            answer: dict[str, Any] = json.loads(line.recv_bytes(LONGEST_ANSWER))
        return answer

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        """The process, if it takes nothing for so long: a pipe has no deadline of its own."""
        assert self._process is not None
        end = threading.Timer(seconds, self._process.kill)
        end.start()
        try:
            yield
        finally:
            end.cancel()
            end.join()

    def _open(self) -> Connection:
        """The line to the process, which is started if need be."""
        if self._line is None or self._read >= FILES_EACH:
            self.close()
            self._start()
        self._read += 1
        assert self._line is not None
        return self._line

    def _start(self) -> None:
        self._line, other = Pipe()
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(signal.SIGKILL))]
        with other:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                [*tether, sys.executable, "-m", str(__package__), str(other.fileno())],
                pass_fds=[other.fileno()],
                env=environment(),
                cwd=HERE,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._read = 0


def environment() -> dict[str, str]:
    """All that the process is told of this one: nothing secret."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(HERE),
        "IMAGE_HOSTS": ",".join(sorted(settings.IMAGE_HOSTS)),
    }


@contextmanager
def ended_well(size: int) -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        logger.warning("the process that reads files ended at one of %s bytes", size)
        raise UnreadableError(
            "ended the program that reads it: it is damaged, or needs too much memory."
        ) from error
