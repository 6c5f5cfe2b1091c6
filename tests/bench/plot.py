"""Results as a chart."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from tests.bench.result import Result

COLOURS = {"ours": "#0b6e4f", "by_hand": "#c1440e", "cheapest": "#7a7a7a"}
NAMES = {"ours": "this service", "by_hand": "by hand", "cheapest": "cheapest loop"}
IN_TIME_MS = 100


def plot(results: Sequence[Result], file: Path) -> None:
    """An SVG: what an event costs against the rate and the connections, and how late it comes."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "chatbot", "grid.alpha": 0.3})
    figure = Figure(figsize=(12, 4), layout="constrained")
    rate, connections, late = figure.subplots(1, 3)
    steps = [one for one in results if one.row == "ceiling"]
    _draw(rate, steps, "rate", "cpu_us_per_event")
    _draw(connections, _of_one_rate(results), "connections", "cpu_us_per_event")
    _draw(late, steps, "rate", "p99_ms")
    rate.set(xlabel="events/s, 1,000 connections", ylabel="CPU µs per event", ylim=0)
    connections.set(xlabel="connections, 10,000 events/s", ylabel="CPU µs per event", ylim=0)
    late.set(xlabel="events/s, 1,000 connections", ylabel="p99, ms", yscale="log")
    late.axhline(IN_TIME_MS, color="black", linewidth=0.8, linestyle="--")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, format="svg", metadata={"Date": None})


def _of_one_rate(results: Sequence[Result]) -> list[Result]:
    return [one for one in results if one.row == "cost" and one.conditions["rate"] == 10_000]


def _draw(axes: Any, results: Sequence[Result], condition: str, figure: str) -> None:
    for server in dict.fromkeys(result.server for result in results):
        mine = sorted(
            (result.conditions[condition], result.figures[figure])
            for result in results
            if result.server == server
        )
        axes.plot(*zip(*mine, strict=True), "o-", color=COLOURS[server], label=NAMES[server])
    axes.grid(visible=True)
    axes.legend()
