from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.bots.protocol import Citation
from chatbot.knowledge.answer import answer_with, hits_for
from chatbot.knowledge.models import STEP
from tests.knowledge.evaluation.question import Labelled

DEPTH = 5


@dataclass(frozen=True)
class Outcome:
    """`rank` is that of the first passage, from 1, that stands where the question is answered; 0: none.

    `found` and `cited` are topics: of the first passages, and of what the answer cites. `hit` says whether
    it cites a right one.
    """

    question: Labelled
    rank: int
    found: tuple[str, ...]
    cited: tuple[str, ...]
    hit: bool

    @property
    def refused(self) -> bool:
        return not self.cited


@dataclass(frozen=True)
class Figures:
    """Shares, 0 to 1, of what can be answered; `refused` of what can't."""

    answerable: int
    unanswerable: int
    recall: float
    mrr: float
    cited: float
    wrongly_refused: float
    refused: float


def outcome(question: Labelled) -> Outcome:
    hits = hits_for(question.asked, question.before)
    ranks = [
        rank
        for rank, hit in enumerate(hits[:DEPTH], start=1)
        if question.is_answered_at(hit.path, [hit.title, *hit.headings])
    ]
    cited = [part for part in answer_with(hits) if isinstance(part, Citation)]
    return Outcome(
        question=question,
        rank=min(ranks, default=0),
        found=tuple(f"{hit.path}: {hit.topic} ({hit.coverage:.2f})" for hit in hits[:DEPTH]),
        cited=tuple(f"{one.source}: {one.title}" for one in cited),
        hit=any(question.is_answered_at(one.source, one.title.split(STEP)) for one in cited),
    )


def figures(outcomes: Sequence[Outcome]) -> Figures:
    can = [one for one in outcomes if one.question.places]
    cannot = [one for one in outcomes if not one.question.places]
    return Figures(
        answerable=len(can),
        unanswerable=len(cannot),
        recall=mean([one.rank > 0 for one in can]),
        mrr=mean([1 / one.rank if one.rank else 0 for one in can]),
        cited=mean([one.hit for one in can]),
        wrongly_refused=mean([one.refused for one in can]),
        refused=mean([one.refused for one in cannot]),
    )


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
