import shutil

from django.core.management.base import OutputWrapper

WIDTH = 24
"""Characters of the bar itself."""
WIPE = "\r\033[K"


class Bar:
    """How far a work is, on one line of a terminal that is written over again; nothing anywhere else."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out if out.isatty() else None

    def show(self, done: int, of: int, what: str) -> None:
        filled = WIDTH * done // of
        line = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done + 1}/{of} {what}"
        shown = "".join(character for character in line if character.isprintable())
        self._write(WIPE + shown[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        self._write(WIPE)

    def _write(self, text: str) -> None:
        if self._out is not None:
            self._out.write(text, style_func=str, ending="")
            self._out.flush()
