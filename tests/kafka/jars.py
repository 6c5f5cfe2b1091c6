"""Apache Kafka's own programs, brought by Maven once and kept under build/."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.missing import missing

POM = Path(__file__).with_name("pom.xml")
BUILD = Path(__file__).resolve().parent.parent.parent / "build"
DOWNLOAD_SECONDS = 600


def kafka_jars() -> Path:
    """The folder of them. Skips (in CI: fails) where Java or Maven is missing."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            missing(f"a real Kafka needs `{program}`, which is not on the PATH")
    folder = BUILD / "kafka"
    with _one_at_a_time():
        if not _is_current(folder):
            _download(folder)
    return folder


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Test processes that run side by side want the same download."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(folder: Path) -> bool:
    mark = folder / "pom.xml"
    return mark.exists() and mark.read_bytes() == POM.read_bytes()


def _download(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(
        ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        check=True,
        timeout=DOWNLOAD_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    shutil.copy(POM, folder / "pom.xml")  # last: says that all of it is here
