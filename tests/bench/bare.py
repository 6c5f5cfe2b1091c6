"""Runs a baseline that is a program of its own, on the server's core."""

import json
import subprocess
import sys
from collections.abc import Mapping

from tests.bench.bed import Bed

SECONDS = 120


def start(bed: Bed, name: str, plan: Mapping[str, object]) -> subprocess.Popen[str]:
    """The program reads the plan, JSON, as its argument, and prints its figures, JSON."""
    told = {"bootstrap": bed.broker.bootstrap_servers, "core": bed.cores.server, **plan}
    command = [sys.executable, "-m", f"tests.bench.baselines.{name}", json.dumps(told)]
    return subprocess.Popen(command, env=bed.environ, stdout=subprocess.PIPE, text=True)


def figures(program: subprocess.Popen[str]) -> dict[str, float]:
    """What it printed at its end."""
    said, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 0, f"{program.args!r} failed"
    found: dict[str, float] = json.loads(said)
    return found
