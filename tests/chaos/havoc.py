"""Does to the victims what the schedule says."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence

from tests.chaos.schedule import Fault
from tests.chaos.victim import Victim

logger = logging.getLogger(__name__)
TICK = 0.05


class Havoc:
    """Hurts and tends its victims on the thread that calls `run`; `done` is what was really done."""

    def __init__(self, victims: Sequence[Victim], faults: Sequence[Fault]) -> None:
        self.victims = {victim.name: victim for victim in victims}
        self.done: list[Fault] = []
        self._to_come = list(faults)

    async def run(self) -> None:
        """Until the last fault is over and everybody is well."""
        begun = time.monotonic()
        while self._to_come or not all(victim.is_well for victim in self.victims.values()):
            while self._to_come and time.monotonic() >= begun + self._to_come[0].at:
                self._do(self._to_come.pop(0))
            self._tend()
            await asyncio.sleep(TICK)

    async def tend(self) -> None:
        """Until cancelled: nobody is hurt any more, and whoever falls is started."""
        while True:
            self._tend()
            await asyncio.sleep(TICK)

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(fault.kind for fault in self.done))

    def _do(self, fault: Fault) -> None:
        if self.victims[fault.victim].suffer(fault):
            logger.info("%s", fault)
            self.done.append(fault)
        else:
            logger.info("%s  (is away already)", fault)

    def _tend(self) -> None:
        for victim in self.victims.values():
            victim.tend()
