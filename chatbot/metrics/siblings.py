import logging
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from chatbot.metrics.sheet import Sheet
from streaming.current import Current

logger = logging.getLogger(__name__)
ENDED = "ended"
LOOKS = 10


class Siblings:
    """The sheets of one gunicorn's processes, each in a file of its own: whichever is asked answers for all.

    Made by the master before it forks, which also takes over the counts of those that ended: a sum that fell
    would look like a restart to Prometheus. Every file is replaced as a whole; nobody waits for anybody.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chatbot-metrics-"))
        self._own: Path | None = None

    def write(self, sheet: Sheet) -> None:
        """This process's own. Without a disk to write to, the others do not hear of it."""
        if self._own is None:
            # A number may come back to life for another process, a moment does not.
            self._own = self._folder / f"{os.getpid()}-{time.monotonic_ns()}.json"
        try:
            _replace(self._own, sheet.dumps())
        except OSError as error:
            logger.warning("this process's figures could not be shared: %s", error)

    def together_with(self, own: Sheet) -> Sheet:
        """All of them. What ends at this very moment is counted once, as alive or as ended."""
        for _ in range(LOOKS):
            ended = self._read(self._folder / ENDED)
            files = [path for path in self._folder.glob("[0-9]*.json") if path != self._own]
            sheets = [self._read(path) for path in files if path.stem != _last(ended)]
            if None not in sheets and self._read(self._folder / ENDED) == ended:
                break
        together = Sheet()
        for sheet in [_sheet(ended), own.dumps(), *sheets]:
            together.add(_loaded(sheet))
        return together

    def bury(self, process: int) -> None:
        """For the master, once that process has ended. Never raises: the master would end by it."""
        try:
            for path in self._folder.glob(f"{process}-*.json"):
                self._take_over(path)
        except Exception:
            logger.exception("the figures of process %s, which has ended, are lost", process)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _take_over(self, path: Path) -> None:
        ended, last = _loaded(_sheet(self._read(self._folder / ENDED))), _loaded(self._read(path))
        last.keep_what_grows()
        ended.add(last)
        # Who reads between these two finds it in both, and its name here.
        _replace(self._folder / ENDED, path.stem.encode() + b"\n" + ended.dumps())
        path.unlink()

    def _read(self, path: Path) -> bytes | None:
        with suppress(OSError):
            return path.read_bytes()
        return None


def _replace(path: Path, content: bytes) -> None:
    passing = path.with_suffix(".new")
    passing.write_bytes(content)
    passing.replace(path)


def _last(ended: bytes | None) -> str:
    """Whose counts were taken over last."""
    return "" if ended is None else ended.partition(b"\n")[0].decode()


def _sheet(ended: bytes | None) -> bytes | None:
    return None if ended is None else ended.partition(b"\n")[2]


def _loaded(dumped: bytes | None) -> Sheet:
    try:
        return Sheet() if dumped is None else Sheet.loads(dumped)
    except (ValueError, TypeError):
        logger.warning("the figures of another process can't be read")
        return Sheet()


siblings = Current[Siblings]()
