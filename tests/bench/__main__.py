"""Measures the web process, and two baselines beside it: one line of JSON a result, on standard output."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from tests.bench.comparison import comparisons
from tests.bench.contestant import CONTESTANTS
from tests.bench.plot import plot
from tests.bench.result import Result, read
from tests.bench.rows import ALONE, ROWS
from tests.bench.run import measured
from tests.bench.scale import FULL, QUICK, TINY
from tests.bench.table import tables

ALL = [*ALONE, *ROWS]


def main() -> None:
    options = arguments()
    results = read(options.file.read_text()) if options.file else list(measure(options))
    if options.table:
        print(tables(results))  # noqa: T201 - what it is for
    if options.plot:
        plot(results, options.plot)


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ALL)}; none: all of them")
    parser.add_argument("--quick", action="store_true", help="less of everything (2 minutes)")
    parser.add_argument("--tiny", action="store_true", help="hardly anything: whether it runs at all")
    parser.add_argument("--servers", default=",".join(CONTESTANTS), help="whom to measure (all: %(default)s)")
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the results into this SVG file")
    parser.add_argument("--table", action="store_true", help="at the end, the results as Markdown tables")
    parser.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help="measure nothing: take what a run has printed"
    )
    options = parser.parse_args()
    unknown = [*set(options.rows) - set(ALL), *set(options.servers.split(",")) - set(CONTESTANTS)]
    if unknown:
        parser.error(f"{unknown[0]}: rows are {', '.join(ALL)}, and servers {', '.join(CONTESTANTS)}")
    return options


def measure(options: Namespace) -> Iterator[Result]:
    """Prints each result as soon as it is there, and how they compare when a row is complete."""
    servers = [CONTESTANTS[name] for name in options.servers.split(",")]
    scale = TINY if options.tiny else QUICK if options.quick else FULL
    for row in measured(options.rows or ALL, servers, scale, kind=options.broker):
        results = []
        for result in row:
            print(result.line(), flush=True)  # noqa: T201 - what it is for
            results.append(result)
            yield result
        for comparison in comparisons(results):
            print(comparison.line(), flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
