import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Person:
    """A user with a bearer token; `key` is the record key of what is for them."""

    key: bytes
    token: bytes


def people(number: int, environ: Mapping[str, str]) -> list[Person]:
    """Made in a process of its own, which alone needs Django."""
    making = f"from tests.bench.people import make; make({number})"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", making],
        env=environ,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [Person(*line.split()) for line in done.stdout.splitlines()]
