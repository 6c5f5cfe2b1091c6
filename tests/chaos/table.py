"""Results as Markdown."""

from collections.abc import Sequence

from tests.chaos.result import Result

COLUMNS = (
    "seed", "seconds", "kill -9", "SIGSTOP", "SIGTERM", "messages", "attempts", "gave up", "POSTs again",
    "reconnects", "resets", "longest answer, s", "longest silence, s", "lost", "doubled", "stuck", "wrong",
    "disordered", "passed",
)  # fmt: skip


def table(results: Sequence[Result]) -> str:
    rows = [COLUMNS, ("---:",) * len(COLUMNS), *(_cells(result) for result in results)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(result: Result) -> tuple[str, ...]:
    faults = (str(result.faults.get(kind, 0)) for kind in ("kill", "stop", "term"))
    counts = (result.messages, result.attempts, result.gave_up, result.posts_retried, result.reconnects)
    findings = (result.lost, result.doubled, result.stuck, result.wrong, result.disordered)
    return (
        str(result.seed),
        f"{result.seconds:.0f}",
        *faults,
        *(f"{count:,}" for count in (*counts, result.resets)),
        f"{result.longest_answer:.0f}",
        f"{result.longest_silence:.0f}",
        *map(str, findings),
        "yes" if result.passed else "no",
    )
