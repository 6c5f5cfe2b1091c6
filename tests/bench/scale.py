"""How much is measured: all of it, a quick look, or hardly anything."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds; events a second; `costs` are connections and the rates to measure with them.

    `tokens`: readers and the rate of each. `steps`: rates up to where it fails. `storms`: clients and rate.
    `slow`: readers that read, and the rate in all, half of which is for the one that does not.
    `answers`: how many, words of each, and words a second. `inflight`: answers, words a second, seconds.
    `first`: people, posts a second, seconds. `posts`: conversations, connections, seconds.
    `knowledge`: passages, questions to us, and questions to the slowest baseline.
    `markdown`: characters of a text.
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
    answers: tuple[tuple[int, int, int], ...]
    inflight: tuple[int, int, float]
    first: tuple[int, int, float]
    posts: tuple[int, int, float]
    knowledge: tuple[int, int, int]
    markdown: tuple[int, ...]

    @property
    def most_readers(self) -> int:
        counts = [connections for connections, _ in (*self.costs, *self.storms)]
        askers = [
            self.inflight[0],
            self.first[0],
            self.posts[0],
            *[answers for answers, _, _ in self.answers],
        ]
        return max(*askers, self.tokens[0], self.slow[0] + 1, *self.crowds, *counts)


FULL = Scale(
    warm_up=6.0,
    window=5.0,
    costs=((1000, (10_000, 20_000)), (300, (10_000,)), (5000, (10_000,))),
    crowds=(1000, 5000),
    tokens=(300, 30),
    steps=(5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000),
    storms=((2000, 3000), (5000, 3000), (10_000, 3000)),
    slow=(1000, 10_000),
    nobody=50_000,
    answers=((1000, 1, 100_000), (64, 5000, 100_000), (300, 200, 20)),
    inflight=(1000, 20, 30.0),
    first=(200, 50, 20.0),
    posts=(64, 16, 8.0),
    knowledge=(100_000, 1000, 30),
    markdown=(10_000, 50_000, 200_000),
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
    answers=((300, 1, 100_000), (300, 60, 20)),
    inflight=(1000, 20, 12.0),
    first=(100, 50, 6.0),
    posts=(64, 16, 3.0),
    knowledge=(20_000, 200, 20),
    markdown=(10_000, 50_000),
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
    answers=((20, 3, 100_000),),
    inflight=(20, 20, 1.0),
    first=(5, 10, 1.0),
    posts=(4, 2, 0.5),
    knowledge=(400, 20, 20),
    markdown=(1_000,),
)
