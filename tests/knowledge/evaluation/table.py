"""What came out, as Markdown and as a list of what is not as it should be."""

from collections.abc import Iterator, Mapping, Sequence

from tests.knowledge.evaluation.measure import Figures, Outcome, figures

COLUMNS = ("questions", "recall@5", "MRR", "cites a right place", "wrongly refused", "rightly refused")


def table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """A line for each set, one for all, and one for each kind of question in all of them."""
    everything = [one for of_set in outcomes.values() for one in of_set]
    by_kind = {
        kind: [one for one in everything if one.question.kind == kind]
        for kind in dict.fromkeys(one.question.kind for one in everything)
    }
    lines = [row(name, figures(rows)) for name, rows in {**outcomes, "all": everything, **by_kind}.items()]
    return "\n".join([cells(["", *COLUMNS]), "|---" * (len(COLUMNS) + 1) + "|", *lines])


def row(name: str, told: Figures) -> str:
    can = [f"{share:.2f}" for share in (told.recall, told.mrr, told.cited, told.wrongly_refused)]
    return cells(
        [
            name,
            str(told.answerable + told.unanswerable),
            *(can if told.answerable else [""] * len(can)),
            f"{told.refused:.2f}" if told.unanswerable else "",
        ]
    )


def cells(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def misses(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for one in outcomes:
        wrong = fault(one)
        if wrong:
            before = "".join(f"{said} / " for said in one.question.before)
            yield "\n".join(
                [f"{wrong}: {before}{one.question.asked}", *(f"    {found}" for found in one.found)]
            )


def fault(one: Outcome) -> str:
    if not one.question.places:
        return "" if one.refused else "not refused"
    if not one.rank:
        return "not found"
    return "wrongly refused" if one.refused else "" if one.hit else "found, not cited"
