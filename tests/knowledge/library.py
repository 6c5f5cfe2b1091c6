"""A few documents about a ferry, and the folder they lie in."""

from pathlib import Path

TIMETABLE = """\
# Timetable

The ferry leaves the harbour every hour from six in the morning.

## In winter

From November to March the last ferry leaves at eight in the evening. When the water freezes, no ferry leaves
at all, and the bridge is the only way across.

## On holidays

On holidays the ferry leaves every second hour. See the [fares](fares.markdown#children) for what it costs,
or the [harbour's own site](https://harbour.example/).

```sh
timetable --holiday
```
"""

FARES = """\
# Fares

| Who | Single | Return |
|-----|-------:|-------:|
| Adults | 4 | 7 |
| Pensioners | 2 | 3 |

## Children

Children under twelve travel free with an adult. A bicycle costs two crowns.

## Lost tickets

A lost ticket is not replaced. Buy another one from the captain, who takes cards and coins.
"""

NOTES = """\
The captain is called Bob.

His dog sleeps on the upper deck.
"""


def stock(folder: Path) -> Path:
    """Writes the documents below `folder` and returns where: `…/docs`."""
    docs = folder / "docs"
    (docs / "more").mkdir(parents=True)
    (docs / "timetable.md").write_text(TIMETABLE)
    (docs / "fares.markdown").write_text(FARES)
    (docs / "more" / "notes.txt").write_text(NOTES)
    return docs
