"""For `manage.py shell`, which sets Django up."""

import sys
from collections.abc import Sequence

from tests.knowledge.evaluation.measure import outcome
from tests.knowledge.evaluation.question import labelled
from tests.knowledge.evaluation.table import misses, table


def report(names: Sequence[str]) -> None:
    """Prints the table, and then what was not found, wrongly refused, or wrongly answered."""
    outcomes = {name: [outcome(question) for question in labelled(name)] for name in names}
    wrong = [line for name, of_set in outcomes.items() for line in (f"\n{name}:", *misses(of_set))]
    sys.stdout.write("\n".join([table(outcomes), *wrong]))
