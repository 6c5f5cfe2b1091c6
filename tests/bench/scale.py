"""How much is measured: all of it, a quick look, or hardly anything."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds; events a second; `costs` are pairs of connections and the rates to measure with them."""

    warm_up: float
    window: float
    costs: tuple[tuple[int, tuple[int, ...]], ...]
    crowds: tuple[int, ...]
    tokens: tuple[int, int]

    @property
    def most_readers(self) -> int:
        return max(self.tokens[0], *self.crowds, *(connections for connections, _ in self.costs))


FULL = Scale(
    warm_up=2.0,
    window=5.0,
    costs=((1000, (10_000, 20_000)), (300, (10_000,)), (5000, (10_000,))),
    crowds=(1000, 5000),
    tokens=(300, 30),
)
QUICK = Scale(
    warm_up=1.0,
    window=2.0,
    costs=((1000, (10_000, 20_000)),),
    crowds=(1000,),
    tokens=(300, 30),
)
TINY = Scale(warm_up=0.2, window=0.5, costs=((20, (200,)),), crowds=(20,), tokens=(20, 10))
