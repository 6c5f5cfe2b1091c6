"""Ingests README.md and docs/ into a database of its own, asks the labelled questions, prints how it went."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from tests.databases import database, migrated_database
from tests.knowledge.evaluation.question import HELD_OUT, TUNED
from tests.services import services, start_postgres

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = ("README.md", "docs")
SECONDS = 300


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.knowledge.evaluation", description=__doc__)
    parser.add_argument("--tuned", action="store_true", help="leave the held-out questions alone")
    names = (TUNED,) if parser.parse_args().tuned else (TUNED, HELD_OUT)
    os.chdir(ROOT)
    os.environ.setdefault("SECRET_KEY", "of the evaluation, and kept by nobody")
    with services:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = start_postgres()
        with migrated_database() as template, database(template) as url:
            manage(url, "ingest", *DOCUMENTS)
            ask = f"from tests.knowledge.evaluation.report import report; report({names!r})"
            print(manage(url, "shell", "--no-imports", "-c", ask))  # noqa: T201 - what it is for


def manage(url: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=SECONDS,
    ).stdout


if __name__ == "__main__":
    main()
