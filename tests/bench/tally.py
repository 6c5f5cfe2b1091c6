class Tally:
    """Which of the numbers 0, 1, 2 … one reader has heard.

    `lost` are those that were left out and have not come since, `doubled` counts those that came again,
    `disordered` those that came after a higher one.
    """

    __slots__ = ("disordered", "doubled", "missing", "next")

    def __init__(self) -> None:
        self.next = 0
        self.missing: set[int] = set()
        self.doubled = 0
        self.disordered = 0

    def count(self, number: int) -> None:
        if number == self.next:
            self.next += 1
        elif number > self.next:
            self.missing.update(range(self.next, number))
            self.next = number + 1
        elif number in self.missing:
            self.missing.remove(number)
            self.disordered += 1
        else:
            self.doubled += 1

    def lost(self, made: int) -> int:
        """Of the first `made` numbers."""
        return len(self.missing) + max(made - self.next, 0)
