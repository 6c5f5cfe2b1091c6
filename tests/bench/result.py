import json
from collections.abc import Mapping
from dataclasses import dataclass

Figure = float | int | bool | str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What one contestant did in one row under these conditions; figures of the same conditions compare."""

    row: str
    server: str
    conditions: Mapping[str, Figure]
    figures: Mapping[str, Figure]

    def line(self) -> str:
        told = {**self.conditions, **self.figures}
        return json.dumps({"row": self.row, "server": self.server, **{k: _short(v) for k, v in told.items()}})


def _short(figure: Figure) -> Figure:
    return round(figure, 3) if isinstance(figure, float) else figure
