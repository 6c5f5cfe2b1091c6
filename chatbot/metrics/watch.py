import logging
import threading

from prometheus_client.registry import Collector

from chatbot.metrics.sheet import Sheet
from chatbot.metrics.siblings import siblings
from streaming.current import Current

logger = logging.getLogger(__name__)
EVERY = 1.0


class Watch:
    """Reads a web process's figures once a second, on a thread of its own, and shares them with its siblings.

    What others show of this process is as old as that; what it shows of itself is of the moment.
    """

    def __init__(self, figures: Collector) -> None:
        self._figures = figures
        self._looking = threading.Lock()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After a last look: what was counted is not lost with the process."""
        self._leaving.set()
        self._thread.join(2)
        self.look()

    def look(self) -> Sheet:
        """This process alone. Any thread; one at a time, so that no count that was shown falls again."""
        with self._looking:
            sheet = Sheet(self._figures.collect())
            family = siblings.get()
            if family is not None:
                family.write(sheet)
            return sheet

    def text(self) -> bytes:
        """All processes of this gunicorn in Prometheus' format; reads one small file for each."""
        own, family = self.look(), siblings.get()
        return (own if family is None else family.together_with(own)).text

    def _run(self) -> None:
        while not self._leaving.wait(EVERY):
            try:
                self.look()
            except Exception:
                logger.exception("the figures could not be read, and are read again")


watches = Current[Watch]()
