import json
from collections.abc import Mapping
from dataclasses import dataclass

Figure = float | int | bool | str | None
CONDITIONS = ("connections", "rate")
NAMES = ("row", "server")


@dataclass(frozen=True, slots=True)
class Result:
    """What one contestant did in one row under these conditions; figures of the same conditions compare."""

    row: str
    server: str
    conditions: Mapping[str, Figure]
    figures: Mapping[str, Figure]

    def line(self) -> str:
        return as_line({"row": self.row, "server": self.server, **self.conditions, **self.figures})


def as_line(told: Mapping[str, Figure]) -> str:
    return json.dumps({name: short(figure) for name, figure in told.items()})


def short(figure: Figure) -> Figure:
    return round(figure, 3) if isinstance(figure, float) else figure


def read(text: str) -> list[Result]:
    """What a run has printed; lines that are no results are passed over."""
    told = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [_result(one) for one in told if "server" in one]


def _result(told: Mapping[str, Figure]) -> Result:
    conditions = {name: told[name] for name in CONDITIONS if name in told}
    figures = {name: figure for name, figure in told.items() if name not in (*CONDITIONS, *NAMES)}
    return Result(str(told["row"]), str(told["server"]), conditions, figures)
