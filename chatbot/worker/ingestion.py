import logging
import random
import threading

from django.db import DatabaseError, InterfaceError, connection

from chatbot.knowledge.clerk import Clerk
from chatbot.knowledge.embeddings.store import tell_what_is_missing
from chatbot.knowledge.readers.room import ReadingRoom

logger = logging.getLogger(__name__)
IDLE = 2.0
"""Seconds, about, between two looks for work."""
AFTER_AN_ERROR = 5.0
STOPPING = 5.0  # a file that is just being written is another worker's once its lease has run out


class Ingestion:
    """The thread that reads uploaded documents into the knowledge, and owns the process that parses them."""

    def __init__(self) -> None:
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingestion", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Gives back the file that is being read, and joins the thread. Only after `start`."""
        self._leaving.set()
        self._thread.join(STOPPING)

    def _run(self) -> None:
        tell_what_is_missing()
        with ReadingRoom() as room:
            clerk = Clerk(room, self._leaving)
            while not self._leaving.is_set():
                self._leaving.wait(self._turn(clerk, room) * random.uniform(0.7, 1.3))

    def _turn(self, clerk: Clerk, room: ReadingRoom) -> float:
        """How many seconds to wait before the next."""
        try:
            if clerk.process_one():
                return 0.0
            room.close()  # no process waits for work that may not come
        except (DatabaseError, InterfaceError) as error:
            logger.warning("uploaded documents wait: %s", error)
            return AFTER_AN_ERROR
        except Exception:
            logger.exception("uploaded documents go on after an error")
            return AFTER_AN_ERROR
        finally:
            connection.close()
        return IDLE
