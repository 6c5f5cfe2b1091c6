import asyncio
import gc
import random

# Records make no cycles, but there are many: by Python's own thresholds half of a busy process's time goes
# into looking for some among them, with pauses of 150 ms.
THRESHOLDS = (100_000, 20, 1000)
EVERY = 300.0


class Collector:
    """Python's garbage collector, set for a process that holds 100,000 records, or says 1,000 answers.

    What was there at the start is never looked at again. What requests leave behind is found by the young
    generations; connections and answers, which live longer, by a full search every five minutes.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        self._task = asyncio.create_task(self._run(), name="collector")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY * random.uniform(0.8, 1.2))
            gc.collect()
