import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import zip_longest

from .decoding import decoded
from .escaping import escaped
from .reading import Reading, UnreadableError

MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 100_000
LONGEST_NAME = 100
"""Characters of a row's heading: its first cell."""
DELIMITERS = ",;\t|"
SAMPLE = 20_000
NAMED = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
"""How a spreadsheet may name the delimiter, in a line before all others."""


def read(data: bytes) -> Reading:
    """A section for each row, under the name in its first cell, with a line for each column."""
    rows = bounded(rows_of(decoded(data)))
    columns = next(rows, [])
    return Reading("", "\n\n".join(section(number, columns, row) for number, row in enumerate(rows, start=1)))


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows that say anything, as they come."""
    csv.field_size_limit(LONGEST_CELL)
    named = NAMED.match(text)
    delimiter = named[1] if named else sniffed(text[:SAMPLE])
    lines = StringIO(text[named.end() if named else 0 :], newline="")
    try:
        yield from (row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row)))
    except csv.Error as error:
        raise UnreadableError(f"is no CSV that can be read: {error}.") from error


def sniffed(sample: str) -> str:
    """The delimiter that makes most columns in every row of the sample; a comma where none does."""
    return max(DELIMITERS, key=lambda delimiter: columns_of(sample, delimiter))


def columns_of(sample: str, delimiter: str) -> int:
    """How many columns each row has at least. The last is left out: it may be cut."""
    counts = [len(row) for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter) if row]
    return min(counts[:-1] or counts or [0])


def bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise UnreadableError(f"has more than {MOST_ROWS:,} rows: split it.")
        if len(row) > MOST_COLUMNS:
            raise UnreadableError(f"has more than {MOST_COLUMNS} columns: leave some out.")
        yield row


def section(number: int, columns: list[str], row: list[str]) -> str:
    cells = [*enumerate(zip_longest(columns, row[: max(len(columns), len(row))], fillvalue=""), start=1)]
    said = [f"- {named(at, column)}: {escaped(cell)}" for at, (column, cell) in cells if cell.strip()]
    return "\n".join([f"## {heading(number, row)}", "", *said])


def heading(number: int, row: list[str]) -> str:
    name = " ".join(row[0].split())
    return escaped(name[:LONGEST_NAME] + "…" * (len(name) > LONGEST_NAME)) or f"Row {number}"


def named(at: int, column: str) -> str:
    return f"**{escaped(column)}**" if column.strip() else f"**Column {at}**"
