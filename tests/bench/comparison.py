from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.result import Figure, Result, as_line

# How busy the machine was says how far to trust a figure; it is none of its own.
NOT_COMPARED = ("delivered", "server_core", "load_core", "load_limited", "limited_by", "came_back", "asked")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of all contestants, measured in the same run under the same conditions."""

    row: str
    figure: str
    conditions: Mapping[str, Figure]
    by_server: Mapping[str, Figure]

    def line(self) -> str:
        told = {"row": self.row, "compare": self.figure, **self.conditions, **self.by_server}
        return as_line({**told, **{f"{name}_to_ours": ratio for name, ratio in self.ratios()}})

    def ratios(self) -> Iterator[tuple[str, float]]:
        """Theirs to ours, where both are numbers and ours is not 0."""
        ours = number(self.by_server.get("ours"))
        for name, figure in self.by_server.items():
            theirs = number(figure)
            if name != "ours" and ours and theirs is not None:
                yield name, theirs / ours


def comparisons(results: Sequence[Result]) -> Iterator[Comparison]:
    """In the order in which they were measured."""
    cases = dict.fromkeys(
        (result.row, tuple(result.conditions.items()), figure)
        for result in results
        for figure in result.figures
        if figure not in NOT_COMPARED
    )
    for row, conditions, figure in cases:
        same = [one for one in results if one.row == row and tuple(one.conditions.items()) == conditions]
        by_server = {one.server: one.figures.get(figure) for one in same}
        yield Comparison(row, figure, dict(conditions), by_server)


def number(figure: Figure) -> float | None:
    return float(figure) if isinstance(figure, float | int) and not isinstance(figure, bool) else None
