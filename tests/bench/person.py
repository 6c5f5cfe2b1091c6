from dataclasses import dataclass

from tests.console import Console

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Person:
    """A user with a bearer token; `key` is the record key of what is for them."""

    key: bytes
    token: bytes


def people(number: int, console: Console) -> list[Person]:
    """Made in a process that alone needs Django."""
    making = f"from tests.bench.people import make; make({number})"
    done = console.run(["shell", "--no-imports", "-c", making], within=SECONDS)
    assert done.status == 0, done.stderr
    return [Person(*line.encode().split()) for line in done.stdout.splitlines()]
