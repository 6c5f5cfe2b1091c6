import sys
from pathlib import Path

import pytest

from chatbot.local.failure import CannotRunError
from chatbot.local.process import Process
from chatbot.local.supervisor import RESTARTS, Child, Supervisor
from tests.local.processes import is_alive

FOREVER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Copy:
    """A supervisor of two children that run these programs, and the lines it said."""

    def __init__(self, web: str, worker: str, *, grace: float = 5.0) -> None:
        self.said: list[str] = []
        self.web = self._child("web process", web, grace)
        self.worker = self._child("worker", worker, grace)
        self.supervisor = Supervisor([self.web, self.worker])

    def _child(self, name: str, program: str, grace: float) -> Child:
        return Child(name, Process([sys.executable, "-c", program]), grace=grace, say=self.said.append)

    @property
    def pids(self) -> list[int]:
        return [self.web.process.pid, self.worker.process.pid]


def test_a_child_that_dies_is_started_again_and_the_terminal_is_told(tmp_path: Path) -> None:
    once = f"import pathlib, sys, time; p = pathlib.Path({str(tmp_path / 'died')!r})\n"
    once += "if not p.exists(): p.touch(); sys.exit(7)\ntime.sleep(600)"
    copy = Copy(FOREVER, once)

    copy.supervisor.start()
    first = copy.worker.process.pid
    copy.supervisor.run(until=lambda: copy.worker.process.pid != first)

    assert len(copy.said) == 1
    assert copy.said[0].startswith("The worker has ended with status 7; starting it again in ")
    copy.supervisor.stop()


def test_one_that_dies_again_and_again_ends_everything_with_its_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatbot.local.supervisor.LONGEST_PAUSE", 0.05)
    copy = Copy(FOREVER, "raise SystemExit(5)")

    copy.supervisor.start()
    with pytest.raises(
        CannotRunError, match="worker has ended 6 times in a row, now with status 5"
    ) as gave_up:
        copy.supervisor.run()
    copy.supervisor.stop()

    assert gave_up.value.status == 5
    assert len(copy.said) == RESTARTS
    assert not any(map(is_alive, copy.pids))


def test_all_are_asked_to_end_and_what_does_not_is_killed() -> None:
    copy = Copy(FOREVER, DEAF, grace=0.3)
    copy.supervisor.start()
    assert all(map(is_alive, copy.pids))

    copy.supervisor.stop()

    assert not any(map(is_alive, copy.pids))


def test_a_goodbye_in_a_hurry_waits_for_nobody() -> None:
    def now() -> None:
        raise TimeoutError

    copy = Copy(DEAF, DEAF, grace=600)
    impatient = Supervisor([copy.web, copy.worker], hurry=now)
    impatient.start()

    with pytest.raises(TimeoutError):
        impatient.stop()

    assert not any(map(is_alive, copy.pids))


def test_stopping_before_the_second_child_was_started_stops_the_first() -> None:
    copy = Copy(FOREVER, FOREVER)
    broken = Child(
        "worker", Process([sys.executable], log=Path("/nowhere/log")), grace=1, say=copy.said.append
    )
    supervisor = Supervisor([copy.web, broken])

    with pytest.raises(FileNotFoundError):
        supervisor.start()
    supervisor.stop()

    assert not is_alive(copy.web.process.pid)
