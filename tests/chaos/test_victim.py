import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.local.process import Process
from tests.chaos.schedule import Fault
from tests.chaos.victim import Victim
from tests.waiting import wait_until

BUSY = "import time\nwhile True: print(time.monotonic(), flush=True); time.sleep(0.01)"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def victim(log: Path) -> Iterator[Victim]:
    process = Process([sys.executable, "-c", BUSY], log=log)
    process.start()
    victim = Victim("busy", process)
    wait_until(lambda: size(log) > 0, what="its first line")
    yield victim
    victim.resume()
    process.kill()


def test_what_was_killed_is_started_again_when_it_was_away_long_enough(victim: Victim) -> None:
    first = victim.process.pid

    assert victim.suffer(Fault(0, "busy", "kill", 0.2))
    wait_until(lambda: tended(victim).is_well, what="its return")

    assert victim.process.pid != first
    assert victim.fell == 0


def test_what_was_asked_to_leave_comes_back_too(victim: Victim) -> None:
    first = victim.process.pid

    assert victim.suffer(Fault(0, "busy", "term", 0.2))
    wait_until(lambda: tended(victim).is_well, what="its return")

    assert victim.process.pid != first


def test_what_was_stopped_stands_still_and_goes_on(victim: Victim, log: Path) -> None:
    first = victim.process.pid

    assert victim.suffer(Fault(0, "busy", "stop", 0.3))
    wait_until(lambda: state(victim) == "T", what="its standstill")
    stood = size(log)
    wait_until(lambda: tended(victim).is_well, what="its waking")

    wait_until(lambda: size(log) > stood, what="its next line")
    assert victim.process.pid == first


def test_what_ends_by_itself_is_started_again_and_counted(victim: Victim) -> None:
    victim.process.ask(signal.SIGKILL)
    wait_until(lambda: victim.process.poll() is not None, what="its end")

    wait_until(lambda: tended(victim).is_well, what="its return")

    assert victim.fell == 1


def test_what_is_away_suffers_nothing(victim: Victim) -> None:
    victim.process.kill()

    assert not victim.suffer(Fault(0, "busy", "stop", 1))


def tended(victim: Victim) -> Victim:
    victim.tend()
    return victim


def state(victim: Victim) -> str:
    return Path(f"/proc/{victim.process.pid}/stat").read_text().rpartition(") ")[2][0]


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0
