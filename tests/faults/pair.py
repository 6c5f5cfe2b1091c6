from dataclasses import dataclass
from functools import partial

from chatbot.local.process import Process
from tests.end_to_end.test_answers import has_said
from tests.faults.bed import Bed
from tests.faults.wire import Wire
from tests.reader.client import Reader


@dataclass(frozen=True)
class Pair:
    """Two workers: the one that answers `reply`, and another that has no hand free until `release`."""

    worker: Process
    reply: str
    _reader: Reader
    _busy_with: str

    def release(self) -> None:
        self._reader.http.post(f"/api/messages/{self._busy_with}/cancel").raise_for_status()


def pair(bed: Bed, reader: Reader, text: str, *wires: Wire) -> Pair:
    """The first words of the answer to `text` have been heard; its worker is behind the wires."""
    bed.worker(concurrency=1)
    busy_with = reader.say(reader.start(bot="script"), "words=5000 rate=5")
    bed.becomes(busy_with, status="streaming")
    worker = bed.worker(*wires)
    reply = reader.say(reader.start(bot="script"), text)
    reader.wait_for(partial(has_said, reader, reply, 3), what="the first words")
    return Pair(worker, reply, reader, busy_with)
