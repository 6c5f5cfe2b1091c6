"""Which processor does what: the server has one for itself, everything else shares another."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
WORK = 20_000
TRIES = 5


@dataclass(frozen=True, slots=True)
class Cores:
    """`server` and `load` are the same one on a machine that has no second: then nothing is measured well."""

    server: int
    load: int


def divide() -> Cores:
    """Takes this process, and whatever it starts from now on, to the processor for the load."""
    there = sorted(os.sched_getaffinity(0))
    cores = Cores(there[0], there[-1])
    os.sched_setaffinity(0, {cores.load})
    return cores


def yardstick(cores: Cores) -> float:
    """Milliseconds of CPU that a fixed piece of work takes on the server's processor, the best of some.

    Virtual machines are not equally fast from one minute to the next: figures of two runs, or of two
    contestants, compare as far as these do.
    """
    os.sched_setaffinity(0, {cores.server})
    try:
        return min(_work() for _ in range(TRIES)) * 1000
    finally:
        os.sched_setaffinity(0, {cores.load})


def _work() -> float:
    start = time.thread_time()
    held: dict[int, bytes] = {}
    for number in range(WORK):
        held[number & 1023] = b"%d" % number
    return time.thread_time() - start


class Meter:
    """How busy one processor has been since the meter was made, whoever kept it busy: 0 to 1."""

    def __init__(self, core: int) -> None:
        self._line = f"cpu{core} "
        self._total, self._idle = self._read()

    def busy(self) -> float:
        total, idle = self._read()
        return 1 - (idle - self._idle) / max(total - self._total, 1)

    def _read(self) -> tuple[int, int]:
        line = next(line for line in STAT.read_text().splitlines() if line.startswith(self._line))
        ticks = [int(word) for word in line.split()[1:9]]
        return sum(ticks), ticks[3] + ticks[4]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all its threads, those that ended too: what /proc/PID/stat tells.

    By the process's own clock, which counts nanoseconds; the number of that clock is Linux's
    (include/linux/posix-timers.h).
    """
    return time.clock_gettime(~pid << 3 | 2)


def status(pid: int, name: str) -> int:
    """That line of /proc/PID/status; memory in KB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])
