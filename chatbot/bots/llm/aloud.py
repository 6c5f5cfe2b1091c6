BEGIN, END = "<think>", "</think>"


class Aloud:
    """What a response says aloud: some servers put before it, in the same text, what the model thinks.

    The library knows such tags where each is a piece of its own, and not every server cuts so.
    """

    def __init__(self) -> None:
        self._held = ""
        self._is_aloud = False

    def feed(self, piece: str) -> str:
        """As much as is known to be said."""
        if self._is_aloud:
            return piece
        self._held += piece
        begin = self._held.lstrip()
        if begin.startswith(BEGIN):
            return self._after_thoughts(begin)
        return "" if BEGIN.startswith(begin) else self.rest()

    def rest(self) -> str:
        """What was held back, if it was no thought: nothing more comes."""
        said = "" if self._held.lstrip().startswith(BEGIN) else self._held
        self._held, self._is_aloud = "", True
        return said

    def _after_thoughts(self, thoughts: str) -> str:
        _, end, said = thoughts.partition(END)
        if end:
            self._held, self._is_aloud = "", True
            return said.lstrip()
        # Of thoughts nothing is kept but what may be the beginning of their end.
        self._held = BEGIN + thoughts[len(BEGIN) :][-len(END) :]
        return ""
