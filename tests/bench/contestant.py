"""Who is measured: this service as it is run for real, and the two baselines."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

HOST = "127.0.0.1"
PYTHON = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Contestant:
    """`command` gets the port as its last argument. Who `resumes` answers a Last-Event-ID."""

    name: str
    command: Sequence[str]
    resumes: bool = True

    def on(self, port: int) -> list[str]:
        return [word.format(address=f"{HOST}:{port}", port=port) for word in self.command]


OURS = Contestant(
    "ours",
    (*PYTHON, "gunicorn", "-c", "chatbot/gunicorn.py", "--bind", "{address}", "chatbot.asgi:application"),
)
BY_HAND = Contestant(
    "by_hand",
    (
        *(
            *PYTHON,
            "uvicorn",
            "tests.bench.baselines.by_hand:application",
            "--host",
            HOST,
            "--port",
            "{port}",
        ),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ),
)
CHEAPEST = Contestant("cheapest", (*PYTHON, "tests.bench.baselines.cheapest", HOST, "{port}"), resumes=False)
CONTESTANTS = {one.name: one for one in (OURS, BY_HAND, CHEAPEST)}
