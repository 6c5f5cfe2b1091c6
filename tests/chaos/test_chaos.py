"""The chaos for a few seconds; `make chaos` is the whole of it, and `-m "not chaos"` leaves it out."""

import asyncio
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.chaos.bed import bed
from tests.chaos.run import Plan, Run

# This one stops PostgreSQL, kills a worker and the broker, and asks a web process to leave.
PLAN = Plan(seed=56156, seconds=13, conversations=50)


@pytest.mark.chaos
def test_whatever_dies_every_message_has_its_answer_and_every_reader_sees_it(
    real_kafka: Broker, tmp_path: Path
) -> None:
    print(f"seed {PLAN.seed}; all logs are in {tmp_path}")  # noqa: T201 - pytest shows it with a failure
    assert real_kafka.server is not None

    with bed(real_kafka.server, tmp_path) as ready:
        result = asyncio.run(Run(PLAN, ready, tmp_path).result())

    assert list(result.findings) == []
    assert result.messages > PLAN.conversations, "too little was said for this to mean anything"
    assert sum(result.faults.values()) == 4
