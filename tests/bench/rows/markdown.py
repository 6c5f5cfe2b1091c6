"""What rendering an answer costs while it comes, against rendering it once, and anew with each piece."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from chatbot.markdown.blocks import Blocks
from chatbot.markdown.look import Look
from chatbot.markdown.render import render
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale
from tests.bench.texts import TEXTS

PIECE = 20  # characters: what a model says at once
SAMPLES = 4


class Beside:
    """Looks that would be cast in a thread: at once, and their time apart."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, look: Callable[[], Look]) -> "Seen":
        begun = time.thread_time()
        seen = look()
        self.seconds += time.thread_time() - begun
        return Seen(seen)


class Seen:
    def __init__(self, look: Look) -> None:
        self._look = look

    def done(self) -> bool:
        return True

    def result(self) -> Look:
        return self._look


def markdown(scale: Scale) -> Iterator[Result]:
    """CPU time; `loop_ms` is the longest that a piece kept the event loop, `at_once_ms` all as one piece."""
    render("```python\nx\n```")
    for kind, text_of in TEXTS.items():
        for length in scale.markdown:
            text = text_of(length)
            conditions: dict[str, Figure] = {"text": kind, "kb": length // 1000}
            once = seconds(partial(render, text))
            yield Result("markdown", "ours", conditions, fed(text))
            yield Result("markdown", "once", conditions, {"us_per_kb": once / len(text) * 1e9})
            yield Result("markdown", "anew", conditions, {"us_per_kb": anew(text) / len(text) * 1e9})


def fed(text: str) -> dict[str, Figure]:
    """In pieces, and then, apart from the rest, all at once."""
    beside, longest = Beside(), 0.0
    blocks = Blocks(elsewhere=beside)
    begun = time.thread_time()
    for start in range(0, len(text), PIECE):
        before = time.thread_time() - beside.seconds
        blocks.feed(text[start : start + PIECE])
        longest = max(longest, time.thread_time() - beside.seconds - before)
    took = time.thread_time() - begun
    return {"us_per_kb": took / len(text) * 1e9, "loop_ms": longest * 1e3, "at_once_ms": at_once(text) * 1e3}


def at_once(text: str) -> float:
    beside = Beside()
    return seconds(lambda: Blocks(elsewhere=beside).feed(text)) - beside.seconds


def anew(text: str) -> float:
    """All that came so far with each piece: a few of those, and the rest taken to cost as much."""
    ends = [len(text) * part // SAMPLES for part in range(1, SAMPLES + 1)]
    took = sum(seconds(partial(render, text[:end])) for end in ends)
    return took / SAMPLES * (len(text) / PIECE)


def seconds(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
