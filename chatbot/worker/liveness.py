import asyncio
import logging
import os
import time
from pathlib import Path

from chatbot.worker.vitals import Vitals

logger = logging.getLogger(__name__)
EVERY = 2.0


class LivenessFileError(Exception):
    """The file can't be made where it was asked for."""


class LivenessFile:
    """A file for supervisors: as old as the last time that everything which must go on went on.

    Its age is written from the event loop, so a loop that stands still lets it grow old too. It is gone
    after a clean end; one that is left over has the age of the worker's death.
    """

    def __init__(self, path: Path, vitals: Vitals) -> None:
        self._path = path
        self._vitals = vitals

    def make(self) -> None:
        """Raises LivenessFileError."""
        try:
            self._path.touch()
        except OSError as error:
            raise LivenessFileError(f"{self._path} can't be written: {error.strerror}") from error

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._write()
            await asyncio.sleep(EVERY)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        moment = time.time() - self._vitals.age
        try:
            self._path.touch()
            os.utime(self._path, (moment, moment))
        except OSError:
            logger.exception("the liveness file can't be written")
