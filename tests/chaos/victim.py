"""One process that is hurt, and looked after."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from chatbot.local.process import Process
from tests.chaos.schedule import Fault

logger = logging.getLogger(__name__)
LEAVING_SECONDS = 30.0
RESTART_PAUSE = 1.0


class Victim:
    """Suffers faults, and is `tend`ed by whoever runs the schedule: continued, and started, when it is time.

    What has ended without being hurt is started again too, and counted in `fell`; what was asked to leave
    and did not within 30 s is killed, and counted in `stayed`. `leaving` is the signal that asks it to. One
    that `is_restless` may need several starts, until what a killed one has left is gone. For the thread that
    lives as long as the process is to: see `Process`.
    """

    def __init__(
        self,
        name: str,
        process: Process,
        *,
        leaving: signal.Signals = signal.SIGTERM,
        is_restless: bool = False,
    ) -> None:
        self.name = name
        self.process = process
        self.fell = 0
        self.stayed = 0
        self._leaving = leaving
        self._is_restless = is_restless
        self._away = 0.0
        self._asked_at: float | None = None
        self._start_at: float | None = None
        self._continue_at: float | None = None
        self._stopped: list[int] = []

    @property
    def is_well(self) -> bool:
        """It runs, and nothing is pending."""
        pending = (self._asked_at, self._start_at, self._continue_at)
        return pending == (None, None, None) and self.process.poll() is None

    def suffer(self, fault: Fault) -> bool:
        """False when it is away already, and nothing can be done to it."""
        if self.process.poll() is not None:
            return False
        if fault.kind == "stop":
            self._stop()
            self._continue_at = time.monotonic() + fault.seconds
        else:
            self._end(fault)
        return True

    def tend(self) -> None:
        now = time.monotonic()
        if self._continue_at is not None and now >= self._continue_at:
            self.resume()
        if self.process.poll() is None:
            self._hurry(now)
        elif self._start_at is None:
            self._start_at = now + self._mourned()
        elif now >= self._start_at:
            self._start_at = None
            self.process.start()
            logger.info("%s is started again", self.name)

    def resume(self) -> None:
        """SIGCONT to whatever was stopped; may be called at any time."""
        _send(self._stopped, signal.SIGCONT)
        self._stopped, self._continue_at = [], None

    def _end(self, fault: Fault) -> None:
        self._asked_at, self._away = time.monotonic(), fault.seconds
        if fault.kind == "term":
            self.process.ask(self._leaving)
        else:
            _send(self._members(), signal.SIGKILL)

    def _stop(self) -> None:
        # The parent first: then it starts nobody that would be missed.
        _send([self.process.pid], signal.SIGSTOP)
        self._stopped = self._members()
        _send(self._stopped[1:], signal.SIGSTOP)

    def _hurry(self, now: float) -> None:
        if self._asked_at is not None and now > self._asked_at + LEAVING_SECONDS:
            self.stayed += 1
            logger.warning("%s did not leave within %.0f s, and is killed", self.name, LEAVING_SECONDS)
            self.process.kill()

    def _mourned(self) -> float:
        """How many seconds it stays away."""
        if self._asked_at is not None:
            self._asked_at = None
            return self._away
        if not self._is_restless:
            self.fell += 1
            logger.warning("%s has ended by itself, with status %s", self.name, self.process.poll())
        return RESTART_PAUSE

    def _members(self) -> list[int]:
        """It and all that it has started: PostgreSQL's are in sessions of their own."""
        return [self.process.pid, *_descendants(self.process.pid)]


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return
    for child in children:
        yield int(child)
        yield from _descendants(int(child))


def _send(pids: list[int], sent: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            continue
