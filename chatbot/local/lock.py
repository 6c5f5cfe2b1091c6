"""One copy per data folder."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from chatbot.local.failure import CannotRunError


class OnlyCopy:
    """Held while entered. The kernel frees it when this process ends, in any way; children never hold it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        self._file = (self._folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise self._taken() from error
        self._write_pid(self._file)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def _taken(self) -> CannotRunError:
        with self._file as file:
            file.seek(0)
            holder = file.read().strip() or "unknown"
        return CannotRunError(
            f"Another copy (process {holder}) already runs on {self._folder}: "
            "stop that one first, or give this one a folder of its own with --data."
        )

    @staticmethod
    def _write_pid(file: IO[str]) -> None:
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
