"""`python -m tests.bench [row …]`: one line of JSON a result, on standard output."""

import gc
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from tests.bench.bed import Bed, bed
from tests.bench.contestant import CONTESTANTS, Contestant
from tests.bench.cores import divide
from tests.bench.result import Result
from tests.bench.rows import ROWS
from tests.bench.scale import FULL, QUICK, Scale
from tests.brokers import Broker, embedded, kafka
from tests.services import services, start_broker, start_postgres


def main() -> None:
    options = arguments()
    cores = divide()
    gc.disable()  # the load generator makes no cycles, and has no time to look for them
    scale = QUICK if options.quick else FULL
    os.environ.setdefault("SECRET_KEY", "of the benchmarks, and kept by nobody")
    with services:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = start_postgres()
        with broker(options.broker) as found, bed(found, cores, readers=scale.most_readers) as ready:
            for result in results(ready, scale, options.rows, chosen(options.servers)):
                print(result.line(), flush=True)  # noqa: T201 - what it is for


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help=f"of {', '.join(ROWS)}; none: all")
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--servers", default="ours,by_hand,cheapest", help="whom to measure")
    parser.add_argument("--broker", default="kafka", choices=["kafka", "embedded"])
    return parser.parse_args()


def chosen(names: str) -> list[Contestant]:
    return [contestant for contestant in CONTESTANTS if contestant.name in names.split(",")]


def broker(kind: str) -> AbstractContextManager[Broker]:
    if kind == "kafka":
        return kafka()
    start_broker()
    return nullcontext(embedded())


def results(ready: Bed, scale: Scale, rows: list[str], servers: list[Contestant]) -> Iterator[Result]:
    for name in rows or list(ROWS):
        for contestant in servers:
            yield from ROWS[name](ready, contestant, scale)


if __name__ == "__main__":
    main()
