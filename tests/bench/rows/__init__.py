from collections.abc import Callable, Iterator

from tests.bench.bed import Bed
from tests.bench.contestant import Contestant
from tests.bench.result import Result
from tests.bench.rows.connect import connect
from tests.bench.rows.cost import cost, tokens
from tests.bench.scale import Scale

ROWS: dict[str, Callable[[Bed, Contestant, Scale], Iterator[Result]]] = {
    "cost": cost,
    "tokens": tokens,
    "connect": connect,
}
