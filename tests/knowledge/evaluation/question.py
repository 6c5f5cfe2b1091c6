import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TUNED, HELD_OUT = "questions", "held_out"


@dataclass(frozen=True)
class Place:
    """A document, and the beginning of one of the headings that the passage stands under; "" for any."""

    path: str
    heading: str = ""

    def holds(self, path: str, headings: Sequence[str]) -> bool:
        return path == self.path and any(heading.startswith(self.heading) for heading in headings)


@dataclass(frozen=True)
class Labelled:
    """A question, and the places of which each answers it; none: it can't be answered."""

    kind: str
    asked: str
    before: tuple[str, ...]
    places: tuple[Place, ...]

    def is_answered_at(self, path: str, headings: Sequence[str]) -> bool:
        return any(place.holds(path, headings) for place in self.places)


def labelled(name: str) -> list[Labelled]:
    """The questions of that file, beside this one."""
    found = tomllib.loads((HERE / f"{name}.toml").read_text())["question"]
    return [
        Labelled(
            kind=one["kind"],
            asked=one["asked"],
            before=tuple(one.get("before", ())),
            places=tuple(Place(*place.split(" # ")) for place in one.get("at", ())),
        )
        for one in found
    ]
