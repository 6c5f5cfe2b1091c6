"""How many messages one web process takes a second, against an endpoint that inserts one row."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

from tests.bench.bed import Bed
from tests.bench.caller import Caller
from tests.bench.contestant import OURS, PYTHON, Contestant
from tests.bench.cores import Meter, yardstick
from tests.bench.load import BUSY, percentile
from tests.bench.person import Person
from tests.bench.result import Figure, Result
from tests.bench.scale import Scale
from tests.bench.server import Server
from tests.bench.service import Service

BARE = Contestant(
    "bare",
    (
        *(*PYTHON, "gunicorn", "-c", "chatbot/gunicorn.py", "--bind", "{address}"),
        "tests.bench.baselines.bare_insert:application",
    ),
)
TEXT = "What did we say about the garden, and who is going to water it in August? words=1"
WARM_SHARE = 0.3
Place = tuple[Person, str]


def post(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    if contestant is not OURS:
        return
    number, connections, seconds = scale.posts
    for one in (OURS, BARE):
        service = Service(bed, {})
        questions = service.conversations(number)
        places = [(bed.people[index], question.conversation) for index, question in enumerate(questions)]
        with service.web(one) as server:
            asyncio.run(_post(server, places, connections=connections, seconds=seconds * WARM_SHARE))
            speed = yardstick(bed.cores)
            figures = _measured(bed, server, places, connections=connections, seconds=seconds)
        conditions = {"connections": connections, "conversations": number}
        yield Result("post", one.name, conditions, {**figures, "yardstick_ms": speed})


def _measured(
    bed: Bed, server: Server, places: Sequence[Place], *, connections: int, seconds: float
) -> dict[str, Figure]:
    core, load = Meter(bed.cores.server), Meter(bed.cores.load)
    used, start = server.cpu_seconds(), time.monotonic()
    took = asyncio.run(_post(server, places, connections=connections, seconds=seconds))
    passed, used = time.monotonic() - start, server.cpu_seconds() - used
    return {
        "posts_per_s": len(took) / passed,
        "cpu_ms_per_post": used / len(took) * 1000,
        "p50_ms": percentile(took, 0.5),
        "p99_ms": percentile(took, 0.99),
        "server_core": core.busy(),
        "load_core": (busy := load.busy()),
        "load_limited": busy > BUSY,
    }


async def _post(server: Server, places: Sequence[Place], *, connections: int, seconds: float) -> list[int]:
    """One post after the other on each connection; how long each took, in microseconds."""
    took: list[int] = []
    until = time.monotonic() + seconds
    await asyncio.gather(
        *[
            _post_on_one(server.port, places[first::connections], took, until=until)
            for first in range(connections)
        ]
    )
    return took


async def _post_on_one(port: int, places: Sequence[Place], took: list[int], *, until: float) -> None:
    async with Caller(port) as caller:
        for person, conversation in cycle(places):
            start = time.monotonic_ns()
            await caller.post(person, conversation, TEXT)
            took.append((time.monotonic_ns() - start) // 1000)
            if time.monotonic() > until:
                return
