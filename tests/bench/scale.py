"""How much is measured: all of it, a quick look, or hardly anything."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds; events a second; `costs` are connections and the rates to measure with them.

    `tokens`: readers and the rate of each. `steps`: rates up to where it fails. `storms`: clients and rate.
    `slow`: readers that read, and the rate in all, half of which is for the one that does not.
    """

    warm_up: float
    window: float
    costs: tuple[tuple[int, tuple[int, ...]], ...]
    crowds: tuple[int, ...]
    tokens: tuple[int, int]
    steps: tuple[int, ...]
    storms: tuple[tuple[int, int], ...]
    slow: tuple[int, int]
    nobody: int

    @property
    def most_readers(self) -> int:
        counts = [connections for connections, _ in (*self.costs, *self.storms)]
        return max(self.tokens[0], self.slow[0] + 1, *self.crowds, *counts)


FULL = Scale(
    warm_up=2.0,
    window=5.0,
    costs=((1000, (10_000, 20_000)), (300, (10_000,)), (5000, (10_000,))),
    crowds=(1000, 5000),
    tokens=(300, 30),
    steps=(5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000),
    storms=((2000, 3000), (5000, 3000), (10_000, 3000)),
    slow=(1000, 10_000),
    nobody=50_000,
)
QUICK = Scale(
    warm_up=1.0,
    window=2.0,
    costs=((1000, (10_000, 20_000)),),
    crowds=(1000,),
    tokens=(300, 30),
    steps=(10_000, 20_000),
    storms=((500, 1000),),
    slow=(300, 6000),
    nobody=20_000,
)
TINY = Scale(
    warm_up=0.2,
    window=0.5,
    costs=((20, (200,)),),
    crowds=(20,),
    tokens=(20, 10),
    steps=(200,),
    storms=((20, 200),),
    slow=(20, 4000),
    nobody=1000,
)
