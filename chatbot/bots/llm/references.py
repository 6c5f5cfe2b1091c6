from collections.abc import Iterator, Sequence

from chatbot.bots.llm.marks import Marks
from chatbot.bots.protocol import Citation


class References:
    """Which sources an answer really names: each once, where it is named first; invented numbers are none."""

    def __init__(self, sources: Sequence[Citation]) -> None:
        self._sources = {source.number: source for source in sources}
        self._marks = Marks()

    def after(self, piece: str) -> Iterator[Citation]:
        for number in self._marks.feed(piece):
            source = self._sources.pop(number, None)
            if source is not None:
                yield source
