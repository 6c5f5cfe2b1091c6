"""The folder where a copy keeps everything of its own."""

import os
import secrets
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from chatbot.local.failure import CannotRunError, DiskFullError

NEEDED_BYTES = 200 * 2**20


class DataFolder:
    """`postgres/`, its log, `secret_key`, `lock`, and, while the copy runs, `env`."""

    def __init__(self, path: Path, *, needed: int = NEEDED_BYTES) -> None:
        self.path = path
        self._needed = needed
        self._env = path / "env"

    def open(self) -> None:
        """Raises CannotRunError unless it is there (made, if need be), may be written to and has room."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / "probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CannotRunError(
                f"The data folder {self.path} can't be written to ({error.strerror}): "
                "change its permissions, or name another one with --data."
            ) from error
        free = shutil.disk_usage(self.path).free
        if free < self._needed:
            raise DiskFullError(self.path, free)

    def secret_key(self) -> str:
        """The same one at every start: it keeps people signed in."""
        file = self.path / "secret_key"
        if not file.exists():
            _write_privately(file, secrets.token_urlsafe(50))
        return file.read_text().strip()

    def note_environment(self, environ: Mapping[str, str]) -> Path:
        """A file for a shell to read (`. .local/env`), so that other commands reach this copy."""
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in environ.items())
        _write_privately(self._env, "".join(lines))
        return self._env

    def forget_environment(self) -> None:
        self._env.unlink(missing_ok=True)


def _write_privately(file: Path, content: str) -> None:
    """Whole or not at all, and never readable by others."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(content)
    unfinished.replace(file)
