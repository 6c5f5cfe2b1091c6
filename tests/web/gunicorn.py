"""Two web processes under one gunicorn, as in production."""

import sys
from pathlib import Path

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from chatbot.local.process import Process
from tests.no_tls import NO_TLS
from tests.port import free_port
from tests.stack import HOST, READY_SECONDS, Stack
from tests.waiting import wait_until

TOKEN = "of the tests, for figures".replace(" ", "-")
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Gunicorn:
    """Started within the block, on topics and a database of that stack."""

    def __init__(self, stack: Stack, **environ: str) -> None:
        port = free_port()
        self.base_url = f"http://{HOST}:{port}"
        self.log = stack.folder / f"gunicorn-{port}.log"
        command = ["gunicorn", "-c", "chatbot/gunicorn.py", "--bind", f"{HOST}:{port}"]
        self.process = Process(
            [sys.executable, "-m", *command, "chatbot.asgi:application"],
            environ={**stack.environ, "WEB_CONCURRENCY": "2", "METRICS_TOKEN": TOKEN, **environ},
            log=self.log,
        )

    def __enter__(self) -> "Gunicorn":
        self.process.start()
        wait_until(self._are_ready, READY_SECONDS, what=f"both processes are there (log: {self.log})")
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.ask()
        self.process.stop(10)

    def pids(self) -> list[int]:
        """Of the processes that serve."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]

    def figures(self) -> Figures:
        return figures(self.base_url)

    def figure(self, name: str, **labels: str) -> float:
        return self.figures().get((name, tuple(sorted(labels.items()))), 0.0)

    def _are_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            return self.figure("chatbot_web_processes") == 2
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False


def figures(base_url: str) -> Figures:
    """The value of each sample."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in _scraped(base_url)
        for sample in family.samples
    }


def families(base_url: str) -> set[str]:
    """The names of all figures, as people write them."""
    found = _scraped(base_url)
    return {f"{family.name}_total" if family.type == "counter" else family.name for family in found}


def _scraped(base_url: str) -> list[Metric]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.get(f"{base_url}/metrics", headers=headers, timeout=10, verify=NO_TLS).raise_for_status()
    return [*text_string_to_metric_families(answer.text)]
