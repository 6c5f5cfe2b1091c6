"""Hurts the whole service at random while many talk and listen, and tells whether anything was lost.

Prints a line of JSON a run, and progress on standard error. Status 1: there were findings, and the folder
that is named holds all logs.
"""

import asyncio
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from tests.brokers import kafka
from tests.chaos.bed import bed
from tests.chaos.result import Result, read
from tests.chaos.run import Plan, Run
from tests.chaos.schedule import schedule
from tests.chaos.table import table

logger = logging.getLogger("chaos")
SECONDS = 180.0
CONVERSATIONS = 50


def main() -> int:
    options = arguments()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        results = read(options.file.read_text()) if options.file else list(runs(options))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if options.table:
        print(table(results))  # noqa: T201 - what it is for
    return 0 if all(result.passed for result in results) else 1


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long there are faults (%(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, help="replays the schedule of a run; each further run takes the next"
    )
    parser.add_argument("--runs", type=int, default=1, help="one after the other (%(default)s)")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="(%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the logs of runs without findings too")
    parser.add_argument("--table", action="store_true", help="at the end, the results as a Markdown table")
    parser.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help="run nothing: take what runs have printed"
    )
    return parser.parse_args()


def runs(options: Namespace) -> Iterator[Result]:
    """Prints each result as soon as it is there."""
    first = random.randrange(10**6) if options.seed is None else options.seed
    for seed in range(first, first + options.runs):
        result = run(Plan(seed, options.seconds, options.conversations), keep=options.keep)
        print(result.line(), flush=True)  # noqa: T201 - what it is for
        yield result


def run(plan: Plan, *, keep: bool) -> Result:
    """Keeps the logs of a run that has findings, or that breaks off."""
    logs = Path(tempfile.mkdtemp(prefix=f"chaos-{plan.seed}-"))
    told = "\n".join(map(str, schedule(plan.seed, plan.seconds)))
    (logs / "schedule.txt").write_text(f"{told}\n")
    logger.info("seed %s, for %.0f s:\n%s", plan.seed, plan.seconds, told)
    try:
        result = played(plan, logs)
    except BaseException:
        logger.error("seed %s broke off; all logs are in %s", plan.seed, logs)
        raise
    (logs / "result.json").write_text(f"{result.line()}\n")
    told = "\n".join(result.findings) if result.findings else "nothing lost, doubled, stuck or wrong"
    logger.info("seed %s: %s", plan.seed, told)
    if result.passed and not keep:
        shutil.rmtree(logs)
    else:
        logger.info("seed %s: all logs are in %s", plan.seed, logs)
    return result


def played(plan: Plan, logs: Path) -> Result:
    os.environ.setdefault("SECRET_KEY", "of the chaos, and kept by nobody")
    progress = logging.FileHandler(logs / "chaos.log")
    progress.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger().addHandler(progress)
    try:
        with kafka() as broker:
            assert broker.server is not None
            with bed(broker.server, logs) as ready:
                return asyncio.run(Run(plan, ready, logs).result())
    finally:
        logging.getLogger().removeHandler(progress)
        progress.close()


if __name__ == "__main__":
    sys.exit(main())
