"""Results as Markdown."""

from collections.abc import Sequence

from tests.bench.comparison import Comparison, comparisons
from tests.bench.result import CONDITIONS, Figure, Result

COLUMNS = ("", "connections", "events/s", "ours", "by hand", "cheapest", "by hand ÷ ours")
SERVERS = ("ours", "by_hand", "cheapest")
TITLES = {
    "cpu_us_per_event": "CPU µs per event",
    "cpu_us_per_record": "CPU µs per record",
    "cpu_ms_per_connect": "CPU ms per connect",
    "kb_per_connection": "KB per idle connection",
    "highest_rate": "highest rate with p99 < 100 ms",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
}


def tables(results: Sequence[Result]) -> str:
    """A table for each row of the benchmarks."""
    rows = dict.fromkeys(result.row for result in results)
    return "\n\n".join(_table(row, [one for one in results if one.row == row]) for row in rows)


def _table(row: str, results: Sequence[Result]) -> str:
    lines = [_row(COLUMNS), "|---" * len(COLUMNS) + "|", *map(_line, comparisons(results))]
    return "\n".join([f"### {row}", "", *lines])


def _line(comparison: Comparison) -> str:
    name = TITLES.get(comparison.figure) or comparison.figure.replace("_", " ")
    conditions = [_cell(comparison.conditions.get(name)) for name in CONDITIONS]
    figures = [_cell(comparison.by_server.get(server)) for server in SERVERS]
    ratio = dict(comparison.ratios()).get("by_hand")
    return _row([name, *conditions, *figures, "" if ratio is None else f"{ratio:.2f}"])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(figure: Figure) -> str:
    if figure is None:
        return ""
    if isinstance(figure, float):
        return f"{figure:,.3f}" if figure < 1 else f"{figure:,.1f}"
    return f"{figure:,}" if isinstance(figure, int) else str(figure)
