"""What really runs, by the kernel's word."""

import os
from pathlib import Path


def processes_with(word: str) -> set[int]:
    """Those that have `word` in their arguments or their environment, this one excepted."""
    folders = (folder for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return {int(folder.name) for folder in folders if word.encode() in said_of(folder)} - {os.getpid()}


def said_of(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    except OSError:  # it has ended, or is somebody else's
        return b""


def is_alive(pid: int) -> bool:
    """A zombie that nobody has waited for yet is not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
