"""The examples of the CommonMark specification, from the source of markdown-it-py: brought by pip once and
kept under build/.
"""

import fcntl
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.missing import missing

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
PINNED = re.compile(r"^markdown-it-py==(\S+) \\\n(?: +--hash=\S+(?: \\)?\n)+", re.MULTILINE)
DOWNLOAD_SECONDS = 120


def examples() -> list[str]:
    """The Markdown of each of them. Skips (in CI: fails) where it can't be had."""
    pinned = PINNED.search((ROOT / "requirements" / "dev.txt").read_text())
    assert pinned, "requirements/dev.txt must pin markdown-it-py with hashes"
    kept = BUILD / f"commonmark-{pinned[1]}.json"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "commonmark.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _bring(pinned[0], kept)
    return [example["markdown"] for example in json.loads(kept.read_text())]


def _bring(pinned: str, kept: Path) -> None:
    folder = BUILD / "commonmark"
    folder.mkdir(exist_ok=True)
    (folder / "requirements.txt").write_text(pinned)
    options = ["--quiet", "--no-deps", "--no-binary=markdown-it-py", "--require-hashes", f"--dest={folder}"]
    pip = [sys.executable, "-m", "pip", "download", *options, f"--requirement={folder / 'requirements.txt'}"]
    brought = subprocess.run(pip, check=False, timeout=DOWNLOAD_SECONDS, stdin=subprocess.DEVNULL)
    if brought.returncode:
        missing("the examples of CommonMark are not there, and pip could not bring them")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        (name,) = [name for name in source.getnames() if name.endswith("/commonmark.json")]
        found = source.extractfile(name)
        assert found is not None
        kept.write_bytes(found.read())
