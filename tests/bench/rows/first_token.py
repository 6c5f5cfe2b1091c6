"""From a post to the first word of its answer in the client's stream, for a bot that takes no time."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack

from tests.bench.bed import Bed
from tests.bench.caller import Caller
from tests.bench.contestant import OURS, Contestant
from tests.bench.cores import Meter, yardstick
from tests.bench.journal import Journal, Stages
from tests.bench.load import BUSY, percentile
from tests.bench.person import Person
from tests.bench.result import Figure, Result
from tests.bench.roundtrip import roundtrips
from tests.bench.scale import Scale
from tests.bench.service import Question, Service
from tests.bench.watcher import Watcher

TEXT = "hello"
WARM_SECONDS = 2.0
ANSWER_SECONDS = 10.0
CALLERS = 32


def first_token(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    if contestant is not OURS:
        return
    number, rate, seconds = scale.first
    conditions = {"connections": number, "rate": rate}
    service = Service(bed, {"WORKER_CONCURRENCY": "64"})
    with service.worker() as worker, service.web(OURS) as server:
        questions = service.conversations(number)
        asyncio.run(_asked(server.port, bed.people, questions, rate=rate, seconds=WARM_SECONDS))
        speed, core, load = yardstick(bed.cores), Meter(bed.cores.server), Meter(bed.cores.load)
        watchers = asyncio.run(_asked(server.port, bed.people, questions, rate=rate, seconds=seconds))
        worker.check()
        busy = {"server_core": core.busy(), "load_core": load.busy(), "load_limited": load.busy() > BUSY}
    journal = Journal(bed.broker.bootstrap_servers, service.incoming, service.responses)
    took = Stages(watchers, journal)
    ours = {**took.figures(), **busy, "yardstick_ms": speed}
    yield Result("first_token", "ours", conditions, ours)
    bare = roundtrips(bed, service.prefix, rate=rate, seconds=seconds)
    there: dict[str, Figure] = {"p50_ms": percentile(bare, 0.5), "p99_ms": percentile(bare, 0.99)}
    yield Result("first_token", "bare", conditions, there)


async def _asked(
    port: int, people: Sequence[Person], questions: Sequence[Question], *, rate: float, seconds: float
) -> list[Watcher]:
    """Each person in turn posts in their conversation, and watches their stream."""
    async with AsyncExitStack() as stack:
        watchers = [
            await stack.enter_async_context(Watcher(port, person)) for person in people[: len(questions)]
        ]
        callers = [await stack.enter_async_context(Caller(port)) for _ in range(CALLERS)]
        free: asyncio.Queue[Caller] = asyncio.Queue()
        for caller in callers:
            free.put_nowait(caller)
        start, posts = time.monotonic(), []
        for turn in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + turn / rate - time.monotonic()))
            place = turn % len(questions)
            conversation = questions[place].conversation
            posts.append(asyncio.create_task(_ask(free, watchers[place], conversation)))
        await asyncio.gather(*posts)
        await asyncio.gather(*[watcher.heard_all(within=ANSWER_SECONDS) for watcher in watchers])
        return watchers


async def _ask(free: asyncio.Queue[Caller], watcher: Watcher, conversation: str) -> None:
    caller = await free.get()
    sent = time.time()
    told = await caller.post(watcher.person, conversation, TEXT)
    watcher.asked(told["reply"]["id"], sent, time.time())
    free.put_nowait(caller)
