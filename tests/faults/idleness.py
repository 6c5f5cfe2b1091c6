import time

from tests.bench.cores import cpu_seconds
from tests.waiting import wait_until


def cpu_share(*pids: int, seconds: float) -> list[float]:
    """Of one processor, that each of these processes uses from now on, for so long."""
    begun, before = time.monotonic(), [cpu_seconds(pid) for pid in pids]
    wait_until(lambda: time.monotonic() - begun > seconds, seconds + 5, what="the time to be over")
    took = time.monotonic() - begun
    return [(cpu_seconds(pid) - was) / took for pid, was in zip(pids, before, strict=True)]
