"""What can be measured, by the names of the results."""

from collections.abc import Callable, Iterator

from tests.bench.bed import Bed
from tests.bench.contestant import Contestant
from tests.bench.result import Result
from tests.bench.rows.answers import answers
from tests.bench.rows.ceiling import ceiling
from tests.bench.rows.connect import connect
from tests.bench.rows.cost import cost, tokens
from tests.bench.rows.first_token import first_token
from tests.bench.rows.inflight import inflight
from tests.bench.rows.knowledge import knowledge
from tests.bench.rows.markdown import markdown
from tests.bench.rows.nobody import nobody
from tests.bench.rows.post import post
from tests.bench.rows.slow import slow
from tests.bench.rows.storm import storm
from tests.bench.scale import Scale

Row = Callable[[Bed, Contestant, Scale], Iterator[Result]]
# `connect` measures `idle` too, and `ceiling` ends with `highest`.
ROWS: dict[str, Row] = {
    "cost": cost,
    "tokens": tokens,
    "connect": connect,
    "idle": connect,
    "ceiling": ceiling,
    "storm": storm,
    "slow": slow,
    "nobody": nobody,
    "answers": answers,
    "inflight": inflight,
    "first_token": first_token,
    "post": post,
    "knowledge": knowledge,
}
# They need nothing that runs beside them.
ALONE: dict[str, Callable[[Scale], Iterator[Result]]] = {"markdown": markdown}
