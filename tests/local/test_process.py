import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.local.process import Process
from tests.local.processes import is_alive
from tests.waiting import wait_until

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
PARENT = """
import sys, time
from chatbot.local.process import Process
child = Process([sys.executable, "-c", "import time; time.sleep(600)"])
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


def test_the_status_is_the_one_that_a_shell_would_give() -> None:
    failing = Process([sys.executable, "-c", "raise SystemExit(3)"])
    failing.start()
    killed = Process(FOREVER)
    killed.start()

    killed.ask(signal.SIGKILL)

    assert failing.wait(10) == 3
    assert killed.wait(10) == 128 + 9


def test_a_wait_ends_at_its_deadline_and_leaves_the_process_running() -> None:
    process = Process(FOREVER)
    process.start()

    assert process.wait(0.05) is None
    assert process.poll() is None

    process.kill()


def test_what_does_not_listen_is_killed_at_the_deadline(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = Process([sys.executable, "-c", DEAF], log=log)
    process.start()
    wait_until(lambda: "deaf" in log.read_text(), what="it ignores SIGTERM")

    process.ask(signal.SIGTERM)
    process.stop(0.2)

    assert process.poll() == 128 + 9


def test_a_check_that_raises_cuts_the_goodbye_short() -> None:
    def now() -> None:
        raise TimeoutError

    process = Process(FOREVER)
    process.start()

    with pytest.raises(TimeoutError):
        process.stop(600, check=now)

    assert process.poll() == 128 + 9


def test_it_ends_with_its_parent_even_after_kill_9() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)

        parent.kill()

        wait_until(lambda: not is_alive(child), what="the child has ended too")


def test_a_signal_to_our_process_group_does_not_reach_it() -> None:
    process = Process([sys.executable, "-c", "import os; raise SystemExit(os.getpid() != os.getsid(0))"])
    process.start()

    assert process.wait(10) == 0
