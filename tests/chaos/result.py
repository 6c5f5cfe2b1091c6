"""One run in figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MOST_FINDINGS = 20


@dataclass(frozen=True)
class Result:
    """Times are in seconds; `fell` counts what ended without being hurt."""

    seed: int
    seconds: float
    passed: bool
    faults: Mapping[str, int]
    conversations: int
    messages: int
    replies: int
    attempts: int
    gave_up: int
    readers: int
    events: int
    posts_retried: int
    posts_repeated: int
    reconnects: int
    resets: int
    histories: int
    longest_answer: float
    longest_silence: float
    settled: float
    fell: int
    lost: int
    doubled: int
    stuck: int
    wrong: int
    disordered: int
    findings: Sequence[str]

    def line(self) -> str:
        """JSON in one line."""
        told = asdict(self)
        return json.dumps({**told, "findings": list(self.findings)[:MOST_FINDINGS]})


def read(text: str) -> list[Result]:
    """What runs have printed; other lines are passed over."""
    told: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [Result(**one) for one in told]
